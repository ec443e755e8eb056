/**
 * Moves damaged data aside instead of deleting it: it helps to find the cause, and may be the last copy. Of each part
 * the first copy and the last two are kept, so that a faulty disk does not fill up. The first one is the data as it was
 * before anything was repaired: if nothing was wrong with it, it is what an operator needs.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toDiskError } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';

/** A file or folder of the data directory. */
export type DataPart = 'identity.json' | 'journal' | 'state';

/** What was set aside, and which older copies were deleted. */
export interface SetAside {
  /** Its new name in the data directory; `undefined` if it did not exist. */
  readonly keptAs: string | undefined;
  /** The names of older copies that were deleted. */
  readonly deleted: readonly string[];
}

const lastKeptCount = 2;

/** Sets a part aside, durably once it resolves. It must not be open. @throws DiskError `DISK_UNUSABLE`. */
export async function setAside(directory: string, part: DataPart): Promise<SetAside> {
  try {
    const names = await readdir(directory);
    if (!names.includes(part)) return { keptAs: undefined, deleted: [] };
    const numbers = names.flatMap((name) => numberOf(name, part)).sort((a, b) => a - b);
    const keptAs = nameOf(part, 1 + (numbers.at(-1) ?? 0));
    await rename(join(directory, part), join(directory, keptAs));
    await syncDirectory(directory);
    // The copy that was just made is the last one.
    const surplus = numbers.slice(1, Math.max(1, numbers.length + 1 - lastKeptCount));
    const deleted = surplus.map((number) => nameOf(part, number));
    for (const name of deleted) await rm(join(directory, name), { recursive: true });
    return { keptAs, deleted };
  } catch (cause) {
    throw toDiskError(`set ${join(directory, part)} aside`, cause);
  }
}

function nameOf(part: DataPart, number: number): string {
  return `${part}.damaged-${number}`;
}

/** The number under which the file was set aside, or an empty array if it was not. */
function numberOf(name: string, part: DataPart): number[] {
  if (!name.startsWith(`${part}.damaged-`)) return [];
  const number = Number(name.slice(`${part}.damaged-`.length));
  return Number.isSafeInteger(number) && number > 0 ? [number] : [];
}
