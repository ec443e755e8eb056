/**
 * Damaged data is moved out of the way, not deleted: it is evidence, and perhaps the last copy. Only
 * when a part has been set aside several times does the oldest give way, so that a bad disk does not fill.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toDiskError } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';

/** A file or folder of the data directory. */
export type DataPart = 'identity.json' | 'journal' | 'state';

/** What became of a part and of those like it that were set aside before. */
export interface SetAside {
  /** Its new name in the data directory; `undefined` if there was nothing. */
  readonly keptAs: string | undefined;
  /** Names of older ones that were deleted. */
  readonly deleted: readonly string[];
}

const keptCountMax = 3;

/** Resolves when it survives a power loss. The part must not be open. @throws DiskError `DISK_UNUSABLE`. */
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

/** The number that a name of this part was set aside under, if it was. */
function numberOf(name: string, part: DataPart): number[] {
  if (!name.startsWith(`${part}.damaged-`)) return [];
  const number = Number(name.slice(`${part}.damaged-`.length));
  return Number.isSafeInteger(number) && number > 0 ? [number] : [];
}
