/**
 * Varies a schedule: the same run, but for a few faults that come at other times, last longer, hit other servers, come
 * twice or not at all, and now and then a condition of another seed.
 */
import { SeededRandom } from '@paxkv/simulator';
import { drawSchedule } from './draw-schedule.ts';
import type { Fault } from './fault.ts';
import type { Schedule } from './schedule.ts';

/** How far a fault is moved at most, in milliseconds. */
const shiftMsMax = 5_000;
const changeCountMax = 6;
const otherSeedMax = 1_000_000;

type Change = (random: SeededRandom, schedule: Schedule) => Schedule;

const changes: readonly Change[] = [
  (random, schedule) => withFault(random, schedule, (fault) => [shifted(random, fault)]),
  (random, schedule) => withFault(random, schedule, (fault) => [shifted(random, fault)]),
  (random, schedule) => withFault(random, schedule, (fault) => [fault, shifted(random, fault)]),
  (random, schedule) =>
    withFault(random, schedule, (fault) => [
      { ...fault, forMs: fault.forMs * random.pick([0.3, 3]) },
    ]),
  (random, schedule) => withFault(random, schedule, (fault) => [moved(random, schedule, fault)]),
  (random, schedule) => withFault(random, schedule, () => []),
  (random, schedule) => withConditionOf(random, schedule),
];

/** The schedule of this seed after each of the variants in turn. The run of each has randomness of its own. */
export function scheduleOf(seed: number, variants: readonly number[] = []): Schedule {
  return variants.reduce(vary, drawSchedule(seed));
}

function vary(schedule: Schedule, variant: number): Schedule {
  const variants = [...schedule.variants, variant];
  const random = new SeededRandom(`variant ${schedule.seed}+${variants.join('+')}`);
  const count = random.integer(1, changeCountMax);
  const chosen = Array.from({ length: count }, () => random.pick(changes));
  const varied = chosen.reduce((before, change) => change(random, before), schedule);
  const faults = varied.faults.toSorted((a, b) => a.atMs - b.atMs);
  return { ...varied, faults, variants };
}

function withFault(
  random: SeededRandom,
  schedule: Schedule,
  change: (fault: Fault) => readonly Fault[],
): Schedule {
  const place = random.integer(0, schedule.faults.length - 1);
  const faults = schedule.faults.flatMap((fault, at) => (at === place ? change(fault) : [fault]));
  return { ...schedule, faults: faults.filter(({ atMs }) => atMs <= schedule.durationMs) };
}

function shifted(random: SeededRandom, fault: Fault): Fault {
  return { ...fault, atMs: Math.max(0, fault.atMs + random.between(-shiftMsMax, shiftMsMax)) };
}

/** Only so many servers may lose their memory, so a loss stays where it is. */
function moved(random: SeededRandom, { nodeCount }: Schedule, fault: Fault): Fault {
  const isLoss = fault.kind === 'lost memory' || fault.kind === 'damaged journal';
  if (!('node' in fault) || isLoss) return fault;
  return { ...fault, node: random.integer(0, nodeCount - 1) };
}

/** Takes over a condition that does not depend on the number of servers or clients. */
function withConditionOf(random: SeededRandom, schedule: Schedule): Schedule {
  const other = drawSchedule(random.integer(1, otherSeedMax));
  const { network, hints, clientNetwork, logBudget, windowMsMax, flushMsMax } = other;
  return random.pick([
    { ...schedule, network },
    { ...schedule, hints, clientNetwork },
    { ...schedule, logBudget, windowMsMax },
    { ...schedule, flushMsMax },
  ]);
}
