/**
 * Opening a LevelDB database, with the refusals LevelDB leaves out: it takes a database without its
 * `CURRENT` file for a new one.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { DiskError, type DiskErrorCode, replaceAdvice } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';

export type Database = Level<Uint8Array, Uint8Array>;

export interface DatabaseOptions {
  readonly directory: string;
  /** Whether it may be created. If not, an absent or emptied one is refused. */
  readonly isNew: boolean;
  /** The code for a database that is gone. */
  readonly lost: DiskErrorCode;
  /** The code for a database that LevelDB refuses. */
  readonly damaged: DiskErrorCode;
}

/** @throws DiskError */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { directory, isNew, lost } = options;
  if (!isNew && !(await isPresent(join(directory, 'CURRENT')))) {
    throw new DiskError(lost, `${directory} had data and is empty now. ${replaceAdvice}`);
  }
  const database = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    createIfMissing: isNew,
    // Without it LevelDB stores blocks in a form that hides a flipped bit more often.
    compression: true,
  });
  try {
    await database.open();
    // LevelDB renames CURRENT without making the new name durable.
    await syncDirectory(directory);
    return database;
  } catch (error) {
    await database.close();
    throw toDiskError(error, options);
  }
}

function toDiskError(error: unknown, { directory, damaged }: DatabaseOptions): DiskError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (code === 'LEVEL_LOCKED') {
    return new DiskError('DISK_IN_USE', `${directory} is open in another process.`, cause);
  }
  if (code === 'LEVEL_CORRUPTION' || reason.includes('No such file')) {
    const message = `LevelDB refuses ${directory}: ${reason}. ${replaceAdvice}`;
    return new DiskError(damaged, message, cause);
  }
  return new DiskError('DISK_UNUSABLE', `Cannot open ${directory}: ${reason}.`, cause);
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
