/** The kinds of corruption, and the files they apply to. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Each function returns the new content of the file, or `undefined` to delete it; `at`, from 0 to 1, is
 * the position.
 */
export const corruptions = {
  'one bit': (whole: Buffer, at: number): Buffer => {
    const damaged = Buffer.from(whole);
    const bit = Math.floor(whole.length * 8 * at);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return damaged;
  },
  '4 KiB zeroed': (whole: Buffer, at: number): Buffer => {
    const start = Math.floor(Math.max(0, whole.length - 4096) * at);
    return Buffer.from(whole).fill(0, start, Math.min(start + 4096, whole.length));
  },
  cut: (whole: Buffer, at: number): Buffer => whole.subarray(0, Math.floor(whole.length * at)),
  deleted: (): undefined => undefined,
} as const;

export type Corruption = keyof typeof corruptions;

/** The files of a data directory that can be damaged, by their names in reports. */
export const targets = {
  'journal log': /^journal\/\d+\.log$/,
  'journal table': /^journal\/\d+\.ldb$/,
  'journal MANIFEST': /^journal\/MANIFEST/,
  'journal CURRENT': /^journal\/CURRENT$/,
  'state log': /^state\/\d+\.log$/,
  'state table': /^state\/\d+\.ldb$/,
  'state MANIFEST': /^state\/MANIFEST/,
  'state CURRENT': /^state\/CURRENT$/,
  identity: /^identity\.json$/,
} as const;

export type Target = keyof typeof targets;

/**
 * Damages the largest file of this kind. @throws Error if there is none, since the cell would show nothing
 */
export async function corrupt(
  directory: string,
  { target, corruption, at }: { target: Target; corruption: Corruption; at: number },
): Promise<void> {
  let largest: { path: string; content: Buffer } | undefined;
  for (const name of await readdir(directory, { recursive: true })) {
    if (!targets[target].test(name)) continue;
    const path = join(directory, name);
    const content = await readFile(path);
    if (largest === undefined || content.length > largest.content.length)
      largest = { path, content };
  }
  if (largest === undefined) throw new Error(`there is no ${target} in ${directory}`);
  const content = corruptions[corruption](largest.content, at);
  await (content === undefined ? rm(largest.path) : writeFile(largest.path, content));
}
