/**
 * Holds a directory for one process, by opening an empty LevelDB database in it. LevelDB takes a lock of the
 * operating system, which ends with the process. Node itself offers no such lock.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { DiskError } from '../disk-error.ts';

export interface DirectoryLock {
  /** Lets the directory go. May be called more than once. */
  close(): Promise<void>;
}

/** @throws DiskError `DISK_IN_USE`. Any error of the file system. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'lock');
  try {
    return await openLock(path);
  } catch (cause) {
    if (isHeld(cause)) {
      const message = `${directory} is open in another process: stop that one first.`;
      throw new DiskError('DISK_IN_USE', message, cause);
    }
    if (!isDamaged(cause)) throw cause;
    await makeEmpty(path);
    return openLock(path);
  }
}

/**
 * Safety: the file that carries the lock stays. Another process may hold it by now, and would not notice that it
 * holds a file that is gone. The database is empty, so everything else can be made anew.
 */
async function makeEmpty(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (name !== 'LOCK') await rm(join(path, name), { recursive: true, force: true });
  }
}

async function openLock(path: string): Promise<DirectoryLock> {
  const level = new Level(path);
  await level.open();
  return level;
}

function isHeld(error: unknown): boolean {
  return errorOf(error)?.code === 'LEVEL_LOCKED';
}

/** A file is damaged, or one that another names is missing. A full disk or too few descriptors are no damage. */
function isDamaged(error: unknown): boolean {
  const { code, message } = errorOf(error) ?? {};
  return code === 'LEVEL_CORRUPTION' || message?.endsWith('No such file or directory') === true;
}

/** Level wraps what LevelDB says. */
function errorOf(error: unknown): { code: unknown; message: string } | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return { code: cause.code, message: cause.message };
}
