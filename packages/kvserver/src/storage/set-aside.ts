/**
 * Moves damaged data aside instead of deleting it: it is evidence, and may be the last copy. Of each part the
 * last three are kept, so that a bad disk does not fill up.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toDiskError } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';

/** A file or folder of the data directory. */
export type DataPart = 'identity.json' | 'journal' | 'state';

/** The result for one part and for those set aside before it. */
export interface SetAside {
  /** Its new name in the data directory; `undefined` if it did not exist. */
  readonly keptAs: string | undefined;
  /** Names of older ones that were deleted. */
  readonly deleted: readonly string[];
}

const keptCountMax = 3;

/** Durable when resolved. The part must not be open. @throws DiskError `DISK_UNUSABLE`. */
export async function setAside(directory: string, part: DataPart): Promise<SetAside> {
  try {
    const names = await readdir(directory);
    if (!names.includes(part)) return { keptAs: undefined, deleted: [] };
    const numbers = names.flatMap((name) => numberOf(name, part)).sort((a, b) => a - b);
    const keptAs = nameOf(part, 1 + (numbers.at(-1) ?? 0));
    await rename(join(directory, part), join(directory, keptAs));
    await syncDirectory(directory);
    const surplus = Math.max(0, numbers.length + 1 - keptCountMax);
    const deleted = numbers.slice(0, surplus).map((number) => nameOf(part, number));
    for (const name of deleted) await rm(join(directory, name), { recursive: true });
    return { keptAs, deleted };
  } catch (cause) {
    throw toDiskError(`set ${join(directory, part)} aside`, cause);
  }
}

function nameOf(part: DataPart, number: number): string {
  return `${part}.damaged-${number}`;
}

/** The number under which a file of this name was set aside; empty if it was not. */
function numberOf(name: string, part: DataPart): number[] {
  if (!name.startsWith(`${part}.damaged-`)) return [];
  const number = Number(name.slice(`${part}.damaged-`.length));
  return Number.isSafeInteger(number) && number > 0 ? [number] : [];
}
