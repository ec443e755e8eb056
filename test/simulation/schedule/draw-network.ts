/** Draws the networks of one schedule: between servers, and between them and clients. */
import {
  type FaultProfile,
  type HintProfile,
  harsh,
  reliable,
  type SeededRandom,
} from '@paxkv/simulator';
import type { ClientNetworkProfile, Hazard } from './schedule.ts';

/** Sometimes a network of calls, which reports what it could not deliver; else one of datagrams. */
export function drawNetwork(random: SeededRandom, isOn: (kind: Hazard) => boolean): FaultProfile {
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
export function drawHints(random: SeededRandom, isOn: (kind: Hazard) => boolean): HintProfile {
  return {
    chance: isOn('hints') ? random.next() : 0,
    delayMsMax: 10 ** random.between(0, 3),
  };
}

export function drawClientNetwork(
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

/** From half a megabit in a second, which large messages fill, up to what only the largest ones notice. */
export function drawBytesPerMs(random: SeededRandom): number {
  return 10 ** random.between(1.7, 4);
}
