/** Refuses the journal of an older version, which was a LevelDB database. */
import { readdir } from 'node:fs/promises';
import { DiskError, hasCode } from '../disk-error.ts';

const levelFile = /^(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|log))$/;

const advice =
  'Migrate one server at a time, while all others run: move this directory out of the data directory and start ' +
  'this version, which repairs itself from the others. Wait for /readyz before you stop the next one.';

/**
 * Modifies nothing. An absent directory is fine.
 *
 * @throws DiskError `DISK_OLDER_FORMAT`. Any error of the file system.
 */
export async function expectNoOlderJournal(directory: string): Promise<void> {
  const found = (await namesIn(directory)).find((name) => levelFile.test(name));
  if (found === undefined) return;
  const message = `${directory} holds ${found}: an older version kept its journal there, in LevelDB. ${advice}`;
  throw new DiskError('DISK_OLDER_FORMAT', message);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
