/** Removes parts of a schedule, so that only what a failure needs is left. */
import { harsh } from '@paxkv/simulator';
import { defaultLimits } from './draw-limits.ts';
import { type Hazard, logBudgetDefault, noUnrest, type Schedule } from './schedule.ts';

export interface Narrowing {
  /** How the schedule of the seed is varied before anything is left out. */
  readonly variants?: readonly number[];
  /** Hazards that are left out. */
  readonly without?: readonly Hazard[];
  /** Faults that are kept, by their place in the full schedule. Default: all. */
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
  const isLost = (kind: Hazard) =>
    schedule.faults.some((fault) => fault.kind === kind) &&
    !faults.some((fault) => fault.kind === kind);
  const isLeft = (kind: Hazard) => !without.includes(kind) && !isLost(kind);
  const hazards = schedule.hazards.filter(isLeft);
  return { ...calm, faults, hazards, durationMs: Math.min(untilMs, schedule.durationMs) };
}

/** The schedule without the constant hazard `kind`. */
function calmed(schedule: Schedule, kind: Hazard): Schedule {
  const { network, clientNetwork } = schedule;
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
        clientNetwork: { ...clientNetwork, delayMsMean: 1 },
      };
    case 'hints':
      return { ...schedule, hints: { ...schedule.hints, chance: 0 } };
    case 'client loss':
      return { ...schedule, clientNetwork: { ...clientNetwork, lossChance: 0 } };
    case 'echoes':
      return { ...schedule, clientNetwork: { ...clientNetwork, echoChance: 0 } };
    case 'small log budget':
      return { ...schedule, logBudget: logBudgetDefault };
    case 'small limits':
      return { ...schedule, limits: defaultLimits(schedule.nodeCount) };
    case 'restless clients':
      return { ...schedule, load: { ...schedule.load, unrest: noUnrest } };
    case 'narrow links': {
      const { bytesPerMs: _, ...wide } = schedule;
      return wide;
    }
    case 'clock rate':
      return {
        ...schedule,
        clockRates: schedule.clockRates.map(() => 1),
        load: { ...schedule.load, clientClockRates: schedule.load.clientClockRates.map(() => 1) },
      };
    default:
      return schedule;
  }
}

/** A network of calls has none of these. */
function harshWith({ network }: Schedule, settings: Parameters<typeof harsh>[0]) {
  return network.type === 'calls' ? network : harsh({ ...network, ...settings });
}
