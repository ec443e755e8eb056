/**
 * Simulates a power cut on files: flushed data stays, and of the data written later a prefix of random
 * length stays, whose last page may be zeroed.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeededRandom } from '@paxkv/simulator';

/** Flushed sizes by path. A file that is not listed was never flushed. */
export type FlushedBytes = ReadonlyMap<string, number>;

const pageBytes = 4096;
const nothingKeptProbability = 0.4;
const emptyPageProbability = 0.3;

export interface PowerCut {
  readonly lostBytes: number;
  /** The size of every file, afterwards. */
  readonly flushed: FlushedBytes;
}

/** Truncates every file below `root` that has unflushed data. */
export async function cutPower(
  root: string,
  flushed: FlushedBytes,
  random: SeededRandom,
): Promise<PowerCut> {
  let lostBytes = 0;
  const left = new Map<string, number>();
  for (const path of await filesIn(root)) {
    const { size } = await stat(path);
    const kept = keptBytes(size, Math.min(size, flushed.get(path) ?? 0), random);
    if (kept < size) await cut(path, kept, random.chance(emptyPageProbability));
    left.set(path, kept);
    lostBytes += size - kept;
  }
  return { lostBytes, flushed: left };

  async function cut(path: string, kept: number, hasEmptyPage: boolean): Promise<void> {
    const file = await open(path, 'r+');
    await file.truncate(kept);
    const from = Math.max(flushed.get(path) ?? 0, Math.floor((kept - 1) / pageBytes) * pageBytes);
    if (hasEmptyPage && from < kept)
      await file.write(Buffer.alloc(kept - from), 0, undefined, from);
    await file.close();
  }
}

function keptBytes(size: number, flushed: number, random: SeededRandom): number {
  return random.chance(nothingKeptProbability) ? flushed : random.integer(flushed, size);
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
