/** Takes parts of a schedule away, so that what is left shows a failure alone. */
import { harsh } from '@paxkv/simulator';
import { faultKinds, type Mischief, type Schedule } from './schedule.ts';

export interface Narrowing {
  /** Kinds that are left out. */
  readonly without?: readonly Mischief[];
  /** Faults that are kept, by their place in the full schedule; all by default. */
  readonly only?: readonly number[];
  /** The schedule ends here instead. */
  readonly untilMs?: number;
}

export function narrow(schedule: Schedule, narrowing: Narrowing): Schedule {
  const { without = [], only, untilMs = schedule.durationMs } = narrowing;
  const faults = schedule.faults.filter(
    ({ kind, atMs }, place) =>
      !without.includes(kind) && atMs <= untilMs && (only?.includes(place) ?? true),
  );
  const calm = without.reduce(calmed, schedule);
  const isLeft = (kind: Mischief) =>
    !without.includes(kind) &&
    (!faultKinds.some((name) => name === kind) || faults.some((fault) => fault.kind === kind));
  const mischiefs = schedule.mischiefs.filter(isLeft);
  return { ...calm, faults, mischiefs, durationMs: Math.min(untilMs, schedule.durationMs) };
}

/** The schedule without what `kind` does all the time. */
function calmed(schedule: Schedule, kind: Mischief): Schedule {
  const { network, ways } = schedule;
  switch (kind) {
    case 'loss':
      return network.type === 'calls'
        ? { ...schedule, network: { ...network, discardChance: 0, answerLossChance: 0 } }
        : { ...schedule, network: { ...network, lossChance: 0 } };
    case 'duplicates':
      return { ...schedule, network: harshWith(schedule, { repeatChance: 0 }) };
    case 'reordering':
      return { ...schedule, network: harshWith(schedule, { reorderChance: 0 }) };
    case 'clogs':
      return { ...schedule, network: harshWith(schedule, { clogChance: 0 }) };
    case 'delays':
      return {
        ...schedule,
        network: harshWith(schedule, { delayMsMean: 1, delayMsMax: 20 }),
        ways: { ...ways, delayMsMean: 1 },
      };
    case 'hints':
      return { ...schedule, hints: { ...schedule.hints, chance: 0 } };
    case 'client loss':
      return { ...schedule, ways: { ...ways, lossChance: 0 } };
    case 'echoes':
      return { ...schedule, ways: { ...ways, echoChance: 0 } };
    case 'clock rate':
      return { ...schedule, clockRates: schedule.clockRates.map(() => 1) };
    default:
      return schedule;
  }
}

/** A network of calls knows none of these. */
function harshWith({ network }: Schedule, settings: Parameters<typeof harsh>[0]) {
  return network.type === 'calls' ? network : harsh({ ...network, ...settings });
}
