/** Draws the load of one schedule: how many clients there are, what they call and how they behave. */
import type { SeededRandom } from '@paxkv/simulator';
import { type Hazard, type Load, noUnrest, type Unrest } from './schedule.ts';

const wideChance = 0.15;
const clockRateMax = 2;

/** Sometimes so many keys that most are used once or twice, and few stay in a small cache. */
function drawKeyCount(random: SeededRandom): number {
  return random.chance(wideChance) ? random.integer(500, 4_000) : random.integer(8, 12);
}

/** What a client gives up is of unknown outcome, and too many of those make a history hard to check. */
function drawUnrest(random: SeededRandom): Unrest {
  return { abortChance: random.between(0, 0.05), crashChance: random.between(0, 0.03) };
}

export function drawLoad(random: SeededRandom, isOn: (kind: Hazard) => boolean): Load {
  const clientCount = random.integer(2, 8);
  const laneCount = random.integer(1, clientCount > 5 ? 1 : 2);
  const callCount = random.integer(200, 500);
  const burstCountMax = random.integer(1, 12);
  const burstCount = (2 * callCount) / (1 + burstCountMax);
  const isRestless = isOn('restless clients');
  const rateMax = isOn('clock rate') ? clockRateMax : 1;
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
    keyCount: drawKeyCount(random.stream('keys')),
    unrest: isRestless ? drawUnrest(random.stream('unrest')) : noUnrest,
    clientClockRates: Array.from({ length: clientCount }, () =>
      random.between(1 / rateMax, rateMax),
    ),
  };
}
