/**
 * Simulates a power cut on files. Flushed data stays. Of the data written later at the end of a file a prefix
 * of random length stays, whose last page may be zeroed. Each sector of a write in place is old or new.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeededRandom } from '@paxkv/simulator';
import type { PendingWrite, ShimLog } from './shim-log.ts';

const pageBytes = 4096;
const sectorBytes = 512;
const nothingKeptProbability = 0.4;
const emptyPageProbability = 0.3;
const sectorLostProbability = 0.5;

export interface PowerCut {
  readonly lostBytes: number;
  /** The size of every file, afterwards. */
  readonly flushed: ReadonlyMap<string, number>;
}

export interface PowerCutOptions {
  /** Every file below this directory is affected. */
  readonly root: string;
  readonly log: ShimLog;
  /** Reads the bytes that a pending write replaced. */
  readonly replacedBy: (write: PendingWrite) => Promise<Buffer>;
  readonly random: SeededRandom;
}

export async function cutPower(options: PowerCutOptions): Promise<PowerCut> {
  const { root, log, random } = options;
  let lostBytes = 0;
  // The latest first, since each one knows the bytes from before it alone.
  for (const write of log.pending.toReversed()) lostBytes += await cutInPlace(write, options);
  const left = new Map<string, number>();
  for (const path of await filesIn(root)) {
    const { size } = await stat(path);
    const flushed = Math.min(size, log.flushed.get(path) ?? 0);
    const kept = random.chance(nothingKeptProbability) ? flushed : random.integer(flushed, size);
    const hasEmptyPage = random.chance(emptyPageProbability);
    if (kept < size) await cutEnd(path, { flushed, kept, hasEmptyPage });
    left.set(path, kept);
    lostBytes += size - kept;
  }
  return { lostBytes, flushed: left };
}

interface End {
  readonly flushed: number;
  readonly kept: number;
  readonly hasEmptyPage: boolean;
}

async function cutEnd(path: string, { flushed, kept, hasEmptyPage }: End): Promise<void> {
  const file = await open(path, 'r+');
  await file.truncate(kept);
  const from = Math.max(flushed, Math.floor((kept - 1) / pageBytes) * pageBytes);
  if (hasEmptyPage && from < kept) await file.write(Buffer.alloc(kept - from), 0, undefined, from);
  await file.close();
}

/** Restores sectors that a write may not have reached. Resolves with their number of bytes. */
async function cutInPlace(
  write: PendingWrite,
  { replacedBy, random }: PowerCutOptions,
): Promise<number> {
  const file = await openIfPresent(write.path);
  if (file === undefined) return 0;
  const replaced = await replacedBy(write);
  const isAllLost = random.chance(nothingKeptProbability);
  let lostBytes = 0;
  for (const [from, to] of write.ranges.flatMap(sectorsOf)) {
    if (!isAllLost && !random.chance(sectorLostProbability)) continue;
    await file.write(replaced, from - write.offset, to - from, from);
    lostBytes += to - from;
  }
  await file.close();
  return lostBytes;
}

/** Splits a range where sectors begin. */
function sectorsOf([from, to]: readonly [number, number]): [number, number][] {
  const sectors: [number, number][] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / sectorBytes) + 1) * sectorBytes);
    sectors.push([start, end]);
    start = end;
  }
  return sectors;
}

async function openIfPresent(path: string) {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
