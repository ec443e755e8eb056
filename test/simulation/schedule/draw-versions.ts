/** Draws the versions of the servers of one schedule: the highest feature level of each, start by start. */
import {
  baseLevel,
  thisVersion,
  type Version,
} from '@paxkv/kvserver/internal/state-machine/features';
import type { SeededRandom } from '@paxkv/simulator';
import type { Schedule } from './schedule.ts';

/** The highest feature level that a version of the simulation knows. */
export const highestLevel = 3;

/** How many starts of a server have a version of their own; later ones have that of the last. */
const startCount = 6;

/**
 * For each server the highest level of its version at its first start, its second, and so on. Most servers are
 * upgraded sooner or later, some are downgraded in between. Without mixed versions all have that of the source.
 */
export function drawVersions(
  random: SeededRandom,
  { nodeCount, isMixed }: { readonly nodeCount: number; readonly isMixed: boolean },
): number[][] {
  if (!isMixed) return Array.from({ length: nodeCount }, () => [thisVersion.highest]);
  return Array.from({ length: nodeCount }, () =>
    Array.from({ length: startCount }, (_, start) =>
      random.chance(start === 0 ? 0.5 : 0.8) ? random.integer(baseLevel, highestLevel) : baseLevel,
    ),
  );
}

type Versions = Pick<Schedule, 'isLed' | 'versions'>;

/** The commands that came with a level above the base. */
export function newCommandsOf({ isLed, versions }: Versions): Version['commands'] {
  // Without a leader nobody raises the level, and the newer commands would stay off for good.
  const isMixed = isLed && versions.flat().some((level) => level > baseLevel);
  return isMixed ? { increment: baseLevel + 1 } : {};
}

/** The version that applies whatever these servers may have decided. */
export function newestVersion(versions: Versions): Version {
  const highest = Math.max(highestLevel, thisVersion.highest);
  return { lowest: baseLevel, highest, commands: newCommandsOf(versions) };
}
