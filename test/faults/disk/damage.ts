/** Damage to the files of a stopped node: flipped bits, truncation, deletion. */
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeededRandom } from '@paxkv/simulator';

/** The files of a node's directory. There are two databases: journal and state. */
export const parts = ['log', 'table', 'manifest', 'current', 'identity'] as const;

export type Part = (typeof parts)[number];

export const manners = ['bit', 'page', 'cut', 'deleted'] as const;

export type Manner = (typeof manners)[number];

const databases = ['journal', 'state'] as const;
const pageBytes = 4096;

const patterns: Readonly<Record<Exclude<Part, 'identity'>, RegExp>> = {
  log: /^\d+\.log$/,
  table: /^\d+\.ldb$/,
  manifest: /^MANIFEST-\d+$/,
  current: /^CURRENT$/,
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
  const { size } = await stat(path);
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
  if (part === 'identity') return [join(root, 'identity.json')];
  const folders = databases.map((database) => join(root, database));
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => ({ folder, name }))),
  );
  const found = names.flat().filter(({ name }) => patterns[part].test(name));
  const paths = found.map(({ folder, name }) => join(folder, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths.filter((_, index) => (sizes[index] ?? 0) > 0);
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
