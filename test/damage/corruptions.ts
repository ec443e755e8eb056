/** The kinds of corruption, and the files they apply to. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion } from '@paxkv/kvserver/internal/storage/leveldb/manifest';
import { metaPrefix } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { segmentUse } from './segment-use.ts';

/** A file, the number of its bytes that were written, and the position of the damage in them, from 0 to 1. */
interface Original {
  readonly whole: Buffer;
  readonly written: number;
  readonly at: number;
  /** The same file of another node. */
  readonly foreign: Buffer;
}

/** Each function returns the new content of the file, or `undefined` to delete it. */
export const corruptions = {
  'one bit': ({ whole, written, at }: Original): Buffer => {
    const damaged = Buffer.from(whole);
    const bit = Math.floor(written * 8 * at);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return damaged;
  },
  '4 KiB zeroed': ({ whole, written, at }: Original): Buffer => {
    const start = Math.floor(Math.max(0, written - 4096) * at);
    return Buffer.from(whole).fill(0, start, Math.min(start + 4096, whole.length));
  },
  'end zeroed': ({ whole, written, at }: Original): Buffer =>
    Buffer.from(whole).fill(0, Math.floor(written * at)),
  cut: ({ whole, written, at }: Original): Buffer => whole.subarray(0, Math.floor(written * at)),
  deleted: (): undefined => undefined,
  foreign: ({ foreign }: Original): Buffer => foreign,
} as const;

export type Corruption = keyof typeof corruptions;

/** The files of a data directory that can be damaged, by their names in reports. */
export const targets = {
  'first segment': /^journal\/\d+\.wal$/,
  'last segment': /^journal\/\d+\.wal$/,
  'state log': /^state\/\d+\.log$/,
  'state table': /^state\/\d+\.ldb$/,
  'data table': /^state\/\d+\.ldb$/,
  'state MANIFEST': /^state\/MANIFEST/,
  'state CURRENT': /^state\/CURRENT$/,
  identity: /^identity\.json$/,
} as const;

export type Target = keyof typeof targets;

/** Only segments name their owner, so only they are replaced by those of another node. */
export function isPossible(target: Target, corruption: Corruption): boolean {
  return corruption !== 'foreign' || target.endsWith('segment');
}

export interface Damage {
  readonly target: Target;
  readonly corruption: Corruption;
  /** The position in what was written, from 0 to 1. */
  readonly at: number;
  /** The data directory of another node. */
  readonly other: string;
}

/** Damages one file of this kind. @throws Error if there is none, since the cell would show nothing */
export async function corrupt(
  directory: string,
  { target, corruption, at, other }: Damage,
): Promise<void> {
  const { path, whole } = await find(directory, target);
  const { whole: foreign } = await find(other, target);
  const written = path.endsWith('.wal') ? segmentUse(whole).end : whole.length;
  const content = corruptions[corruption]({ whole, written, at, foreign });
  await (content === undefined ? rm(path) : writeFile(path, content));
}

/**
 * Finds the largest file of this kind. Segments have one size: it finds the first, or the last in use. A data table
 * is one without positions and sessions, which a start does not read.
 */
async function find(directory: string, target: Target): Promise<{ path: string; whole: Buffer }> {
  const dataTables = await dataTablesIn(directory);
  const isKind = (name: string) =>
    targets[target].test(name) &&
    (!target.endsWith(' table') || dataTables.has(numberOf(name)) === (target === 'data table'));
  const names = await readdir(directory, { recursive: true });
  let found: { path: string; whole: Buffer } | undefined;
  for (const name of names.filter(isKind).toSorted()) {
    const path = join(directory, name);
    const whole = await readFile(path);
    if (found === undefined || isBetter(target, whole, found.whole)) found = { path, whole };
  }
  if (found === undefined) throw new Error(`there is no ${target} in ${directory}`);
  return found;
}

async function dataTablesIn(directory: string): Promise<ReadonlySet<number>> {
  const version = await readVersion(join(directory, 'state'));
  const tables = [...(version?.tables.values() ?? [])];
  const ofData = tables.filter(({ largest }) => Buffer.compare(largest, metaPrefix) < 0);
  return new Set(ofData.map(({ number }) => number));
}

function numberOf(path: string): number {
  return Number.parseInt(path.slice(path.lastIndexOf('/') + 1), 10);
}

function isBetter(target: Target, whole: Buffer, found: Buffer): boolean {
  if (target === 'first segment') return false;
  return target === 'last segment' ? segmentUse(whole).isInUse : whole.length > found.length;
}
