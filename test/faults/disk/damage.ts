/** Damage to the files of a stopped node: flipped bits, truncation, deletion. */
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeededRandom } from '@paxkv/simulator';
import { segmentUse } from '../../damage/segment-use.ts';

/** The files of a node's directory: segments of the journal, files of the state database, the identity. */
export const parts = ['segment', 'log', 'table', 'manifest', 'current', 'identity'] as const;

export type Part = (typeof parts)[number];

export const manners = ['bit', 'page', 'cut', 'deleted'] as const;

export type Manner = (typeof manners)[number];

const pageBytes = 4096;

const patterns: Readonly<Record<Part, RegExp>> = {
  segment: /^journal\/\d+\.wal$/,
  log: /^state\/\d+\.log$/,
  table: /^state\/\d+\.ldb$/,
  manifest: /^state\/MANIFEST-\d+$/,
  current: /^state\/CURRENT$/,
  identity: /^identity\.json$/,
};

export interface Damage {
  readonly part: Part;
  readonly manner: Manner;
}

/** Damages one random file of `root`. Returns which and where; `undefined` if there is none. */
export async function damage(
  root: string,
  { part, manner }: Damage,
  random: SeededRandom,
): Promise<string | undefined> {
  const paths = await pathsOf(root, part);
  if (paths.length === 0) return undefined;
  const path = random.pick(paths);
  const size = await writtenBytesOf(path);
  const offset = random.integer(0, Math.max(0, size - 1));
  await harm(path, { manner, offset, size, bit: random.integer(0, 7) });
  const position = manner === 'deleted' ? '' : ` at ${offset} of ${size}`;
  return `${path.slice(root.length + 1)} ${manner}${position}`;
}

/** Deletes all data of a node. */
export async function wipe(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
}

/** The files that are not empty. */
async function pathsOf(root: string, part: Part): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  const paths = names.filter((name) => patterns[part].test(name)).map((name) => join(root, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths.filter((_, index) => (sizes[index] ?? 0) > 0);
}

/** A segment is as large as it will ever be, however few records it has. */
async function writtenBytesOf(path: string): Promise<number> {
  if (!path.endsWith('.wal')) return (await stat(path)).size;
  return segmentUse(await readFile(path)).end;
}

interface Harm {
  readonly manner: Manner;
  readonly offset: number;
  readonly size: number;
  /** Flips a bit of the byte at `offset`, from 0. */
  readonly bit: number;
}

async function harm(path: string, { manner, offset, size, bit }: Harm): Promise<void> {
  if (manner === 'deleted') {
    await rm(path);
    return;
  }
  const file = await open(path, 'r+');
  try {
    if (manner === 'cut') await file.truncate(offset);
    else if (manner === 'page') {
      const length = Math.min(pageBytes, size - offset);
      await file.write(new Uint8Array(length), 0, length, offset);
    } else {
      const { buffer } = await file.read(new Uint8Array(1), 0, 1, offset);
      await file.write(Uint8Array.of((buffer[0] ?? 0) ^ (1 << bit)), 0, 1, offset);
    }
  } finally {
    await file.close();
  }
}
