/**
 * Draws a schedule from a seed. Each seed switches each hazard on or off, so that every run is a different
 * mixture: a hazard that every run has can hide what only a rare mixture shows.
 */
import {
  type FaultProfile,
  type HintProfile,
  harsh,
  reliable,
  SeededRandom,
} from '@paxkv/simulator';
import { drawAbsences, drawFaults, drawLostWindows, isPossible } from './draw-faults.ts';
import { defaultLimits, drawLimits } from './draw-limits.ts';
import { drawVersions } from './draw-versions.ts';
import {
  type ClientNetworkProfile,
  type Hazard,
  hazards,
  type Load,
  type LogBudget,
  logBudgetDefault,
  type Schedule,
} from './schedule.ts';

const onChance = 0.6;
const mixedVersionsChance = 0.5;
const wideChance = 0.15;
/** The share of runs with links that take noticeable time for large messages. */
const narrowChance = 0.3;
/** Packing and reading every message costs time. */
const wireChance = 0.3;
/** Real journals cost more than their model. */
const journalChance = 0.3;
/** Without a small budget no log is truncated by a quorum within a run. */
const smallBudgetChance = 0.9;
/** Drawn apart from the others, so that a seed draws these alike whether or not there are absences. */
const drawnApart: readonly Hazard[] = ['small log budget', 'long absence'];

export function drawSchedule(seed: number): Schedule {
  const random = new SeededRandom(`schedule ${seed}`);
  const apart = new SeededRandom(`retention ${seed}`);
  const nodeCount = random.pick([1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 6, 7]);
  const durationMs = Math.round(random.between(60_000, 70_000));
  const ofWindows = new SeededRandom(`log window ${seed}`);
  const ofLimits = new SeededRandom(`limits ${seed}`);
  const ofWire = new SeededRandom(`wire ${seed}`);
  const ofJournals = new SeededRandom(`journal ${seed}`);
  const hasJournals = ofJournals.chance(journalChance);
  const drawn = hazards.filter((kind) => {
    if (kind === 'small limits') return ofLimits.chance(onChance);
    if (kind === 'narrow links') return ofWire.chance(narrowChance);
    if (kind === 'lost log window') return ofWindows.chance(onChance);
    return (drawnApart.includes(kind) ? apart : random).chance(chanceOf(kind));
  });
  const on = drawn.filter((kind) => isPossible(kind, { nodeCount, hasJournals }));
  const isOn = (kind: Hazard) => on.includes(kind);
  const load = { ...drawLoad(random), ...drawKeys(random.stream('keys')) };
  const versions = random.stream('versions');
  const isMixed = versions.chance(mixedVersionsChance);
  const schedule = {
    seed,
    nodeCount,
    durationMs,
    network: drawNetwork(random, isOn),
    hints: drawHints(random, isOn),
    clientNetwork: drawClientNetwork(random, isOn),
    load,
    isLed: random.chance(0.7),
    flushMsMax: random.between(1, 8),
    clockRates: drawClockRates(random, nodeCount, isOn('clock rate')),
  };
  const ground = { nodeCount, durationMs, clientCount: load.clientCount, isOn };
  const faults = [
    ...drawFaults(random, ground),
    ...drawAbsences(apart, ground),
    ...drawLostWindows(ofWindows, ground),
  ];
  return {
    ...schedule,
    logBudget: isOn('small log budget') ? drawLogBudget(apart) : logBudgetDefault,
    limits: isOn('small limits') ? drawLimits(ofLimits, ground) : defaultLimits(nodeCount),
    isWireReal: ofWire.chance(wireChance),
    ...(isOn('narrow links') && { bytesPerMs: 10 ** ofWire.between(1.7, 4) }),
    windowBytesMax: ofWindows.pick([1, 4_096, 65_536, 2 ** 30, 2 ** 30]),
    ...(hasJournals && { segmentBytes: drawSegmentBytes(ofJournals, load) }),
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    hazards: on,
    versions: drawVersions(versions, { nodeCount, isMixed }),
  };
}

function chanceOf(hazard: Hazard): number {
  return hazard === 'small log budget' ? smallBudgetChance : onChance;
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

/** Sometimes a network of calls, which reports what it could not deliver; else one of datagrams. */
function drawNetwork(random: SeededRandom, isOn: (kind: Hazard) => boolean): FaultProfile {
  if (random.chance(0.15)) {
    return {
      ...reliable,
      delayMsMax: random.between(1, 50),
      isUnreliable: true,
      discardChance: isOn('loss') ? random.between(0, 0.2) : 0,
      answerLossChance: isOn('loss') ? random.between(0, 0.2) : 0,
    };
  }
  return harsh({
    delayMsMin: 0.1,
    delayMsMean: isOn('delays') ? 10 ** random.between(0, 2) : 1,
    delayMsMax: isOn('delays') ? 10_000 : 20,
    reorderChance: isOn('reordering') ? random.next() : 0,
    lossChance: isOn('loss') ? random.between(0, 0.3) : 0,
    repeatChance: isOn('duplicates') ? random.between(0, 0.5) : 0,
    clogChance: isOn('clogs') ? random.between(0, 0.02) : 0,
    clogMsMax: random.between(0, 5_000),
  });
}

/** Some peers are told of connections that end, sometimes late; without hints none are. */
function drawHints(random: SeededRandom, isOn: (kind: Hazard) => boolean): HintProfile {
  return {
    chance: isOn('hints') ? random.next() : 0,
    delayMsMax: 10 ** random.between(0, 3),
  };
}

function drawClientNetwork(
  random: SeededRandom,
  isOn: (kind: Hazard) => boolean,
): ClientNetworkProfile {
  return {
    delayMsMean: isOn('delays') ? random.between(1, 30) : 1,
    lossChance: isOn('client loss') ? random.between(0, 0.15) : 0,
    echoChance: isOn('echoes') ? random.between(0, 0.3) : 0,
    echoMsMax: 10 ** random.between(1, 4),
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

/** Sometimes so many keys that most are used once or twice, and few stay in a small cache. */
function drawKeys(random: SeededRandom): Pick<Load, 'keyCount'> {
  return {
    keyCount: random.chance(wideChance) ? random.integer(500, 4_000) : random.integer(8, 12),
  };
}

function drawLoad(random: SeededRandom): Omit<Load, 'keyCount'> {
  const clientCount = random.integer(2, 8);
  const laneCount = random.integer(1, clientCount > 5 ? 1 : 2);
  const callCount = random.integer(200, 500);
  const burstCountMax = random.integer(1, 12);
  const burstCount = (2 * callCount) / (1 + burstCountMax);
  return {
    clientCount,
    sessionlessCount: random.chance(0.3) ? 1 : 0,
    laneCount,
    ballastCount: random.chance(0.25) ? random.integer(4, 8) : 0,
    paceMsMean: random.between(0, 30),
    restMsMean: (60_000 * clientCount * laneCount) / burstCount,
    burstCountMax,
    timeoutMs: random.between(3_000, 15_000),
    attemptTimeoutMs: random.between(300, 2_500),
  };
}
