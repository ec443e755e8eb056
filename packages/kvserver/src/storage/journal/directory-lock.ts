/**
 * Holds a directory for one process, by opening an empty LevelDB database in it. LevelDB takes a lock of the
 * operating system, which ends with the process. Node itself offers no such lock.
 */
import { rm } from 'node:fs/promises';
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
    // The database is empty, so a damaged one that nobody holds can be made anew.
    await rm(path, { recursive: true, force: true });
    return openLock(path);
  }
}

async function openLock(path: string): Promise<DirectoryLock> {
  const level = new Level(path);
  await level.open();
  return level;
}

/** Level wraps what LevelDB says. */
function isHeld(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}
