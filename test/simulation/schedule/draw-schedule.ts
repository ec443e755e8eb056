/**
 * Draws a schedule from a seed. Each seed switches each hazard on or off, so that every run is a different
 * mixture: a hazard that every run has can hide what only a rare mixture shows.
 */
import { SeededRandom } from '@paxkv/simulator';
import { drawAbsences, drawFaults, drawLostWindows, isPossible } from './draw-faults.ts';
import { defaultLimits, drawLimits } from './draw-limits.ts';
import { drawLoad } from './draw-load.ts';
import { drawBytesPerMs, drawClientNetwork, drawHints, drawNetwork } from './draw-network.ts';
import { drawVersions } from './draw-versions.ts';
import {
  type Hazard,
  hazards,
  type Load,
  type LogBudget,
  logBudgetDefault,
  type Schedule,
} from './schedule.ts';

const onChance = 0.6;
const chances: Partial<Record<Hazard, number>> = {
  // Without a small budget no log is truncated by a quorum within a run.
  'small log budget': 0.9,
  'narrow links': 0.3,
};
const mixedVersionsChance = 0.5;
/** The share of runs in which the real wire format, and real journals, take the place of their models. Both cost time. */
const wireChance = 0.3;
const journalChance = 0.3;

export function drawSchedule(seed: number): Schedule {
  /** One stream for each subject, so that a new draw changes nothing else. */
  const of = (subject: string) => new SeededRandom(`${subject} ${seed}`);
  const random = of('schedule');
  const nodeCount = random.pick([1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 6, 7]);
  const durationMs = Math.round(random.between(60_000, 70_000));
  const ofJournals = of('journal');
  const hasJournals = ofJournals.chance(journalChance);
  const on = hazards.filter(
    (kind) =>
      of(`hazard: ${kind}`).chance(chances[kind] ?? onChance) &&
      isPossible(kind, { nodeCount, hasJournals }),
  );
  const isOn = (kind: Hazard) => on.includes(kind);
  const load = drawLoad(of('load'), isOn);
  const ground = { nodeCount, durationMs, clientCount: load.clientCount, isOn };
  const faults = [
    ...drawFaults(of('faults'), ground),
    ...drawAbsences(of('absences'), ground),
    ...drawLostWindows(of('lost windows'), ground),
  ];
  const versions = of('versions');
  const isMixed = versions.chance(mixedVersionsChance);
  const ofWindows = of('log window');
  return {
    seed,
    variants: [],
    nodeCount,
    durationMs,
    load,
    network: drawNetwork(of('network'), isOn),
    isWireReal: of('wire').chance(wireChance),
    ...(isOn('narrow links') && { bytesPerMs: drawBytesPerMs(of('links')) }),
    hints: drawHints(of('hints'), isOn),
    clientNetwork: drawClientNetwork(of('client network'), isOn),
    isLed: of('leader').chance(0.7),
    flushMsMax: of('disk').between(1, 8),
    clockRates: drawClockRates(of('clocks'), nodeCount, isOn('clock rate')),
    areClocksOfBoots: of('boots').chance(0.5),
    logBudget: isOn('small log budget') ? drawLogBudget(of('retention')) : logBudgetDefault,
    limits: isOn('small limits') ? drawLimits(of('limits'), ground) : defaultLimits(nodeCount),
    windowBytesMax: ofWindows.pick([1, 4_096, 65_536, 2 ** 30, 2 ** 30]),
    windowMsMax: ofWindows.pick([1_000, 5_000, 20_000, 3_600_000, 3_600_000]),
    ...(hasJournals && { segmentBytes: drawSegmentBytes(ofJournals, load) }),
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    hazards: on,
    versions: drawVersions(versions, { nodeCount, isMixed }),
  };
}

/** Large values must not fill hundreds of segments each. */
function drawSegmentBytes(random: SeededRandom, { ballastCount }: Load): number {
  return ballastCount > 0 ? 65_536 : random.pick([1_024, 1_024, 4_096, 16_384]);
}

/** Each order of magnitude is as likely as the next. */
function drawLogBudget(random: SeededRandom): LogBudget {
  return {
    instances: Math.round(10 ** random.between(0, 2)),
    bytes: random.chance(0.5) ? logBudgetDefault.bytes : Math.round(10 ** random.between(2, 5)),
  };
}

/**
 * Sometimes clocks run so fast that all timeouts are too short for this network: peers give each other up,
 * and compete for what another is about to decide.
 */
function drawClockRates(random: SeededRandom, nodeCount: number, isOn: boolean): number[] {
  const fastest = random.chance(0.5) ? 10 : 2;
  return Array.from({ length: nodeCount }, () => (isOn ? random.between(0.5, fastest) : 1));
}
