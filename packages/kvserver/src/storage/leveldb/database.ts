/**
 * Opening a LevelDB database, with the refusals LevelDB leaves out: it takes a database without its
 * `CURRENT` file for a new one, skips what is damaged in its write-ahead log, and believes its tables.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { DiskError, reasonOf, repairAdvice, toDiskError } from '../disk-error.ts';
import { syncDirectory } from '../durable-file.ts';
import { findLogDamage, isLog } from './leveldb-log.ts';
import { tablesInUse } from './manifest.ts';
import { findTableDamage, isTable } from './sorted-table.ts';

export type Database = Level<Uint8Array, Uint8Array>;

export interface DatabaseOptions {
  readonly directory: string;
  /** Whether it may be created. If not, an absent or emptied one is refused. */
  readonly isNew: boolean;
}

/** Finds what it can before LevelDB is let in, which tidies up as it opens. @throws DiskError `DISK_STATE_DAMAGED`, `DISK_IN_USE` or `DISK_UNUSABLE`. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  try {
    await expectWhole(options);
    const database = await openLevel(options);
    // LevelDB renames CURRENT without making the new name durable.
    await syncDirectory(options.directory);
    return database;
  } catch (error) {
    throw refusalFor(error, options);
  }
}

async function openLevel({ directory, isNew }: DatabaseOptions): Promise<Database> {
  const database = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    createIfMissing: isNew,
    // Blocks stored as they are would hide a flipped bit more often.
    compression: true,
  });
  await database.open();
  return database;
}

/** LevelDB has a log at all times, from the moment it is first open. */
async function expectWhole({ directory, isNew }: DatabaseOptions): Promise<void> {
  const names = await namesIn(directory);
  if (!isNew && !names.includes('CURRENT')) {
    throw new DiskError(
      'DISK_STATE_DAMAGED',
      `${directory} had data and is empty now. ${repairAdvice}`,
    );
  }
  const logs = names.filter(isLog);
  if (!isNew && logs.length === 0) {
    throw new DiskError(
      'DISK_STATE_DAMAGED',
      `The write-ahead log of ${directory} is missing. ${repairAdvice}`,
    );
  }
  const damage = await findLogDamage(directory, logs);
  if (damage !== undefined) {
    const place = `${join(directory, damage.file)} from byte ${damage.offset} on`;
    throw new DiskError(
      'DISK_STATE_DAMAGED',
      `Synced records are damaged in ${place}. ${repairAdvice}`,
    );
  }
  const inUse = await tablesInUse(directory);
  const isInUse = (name: string) => isTable(name) && inUse.has(Number.parseInt(name, 10));
  for (const name of names.filter(isInUse)) {
    const reason = await findTableDamage(join(directory, name));
    if (reason === undefined) continue;
    const message = `The table ${join(directory, name)} is damaged: ${reason}. ${repairAdvice}`;
    throw new DiskError('DISK_STATE_DAMAGED', message);
  }
}

function refusalFor(error: unknown, { directory }: DatabaseOptions): DiskError {
  // Level wraps what LevelDB says.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = reasonOf(cause);
  if (code === 'LEVEL_LOCKED') {
    return new DiskError('DISK_IN_USE', `${directory} is open in another process.`, cause);
  }
  if (code === 'LEVEL_CORRUPTION' || reason.includes('No such file')) {
    const message = `LevelDB refuses ${directory}: ${reason}. ${repairAdvice}`;
    return new DiskError('DISK_STATE_DAMAGED', message, cause);
  }
  return toDiskError(`open ${directory}`, cause);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
