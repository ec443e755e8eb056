/**
 * Opening a LevelDB database, with the refusals LevelDB leaves out: it takes a database without its
 * `CURRENT` file for a new one, skips what is damaged in its write-ahead log, misses no write that vanished, and
 * believes its tables.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { DiskError, hasCode, reasonOf, repairAdvice, toDiskError } from '../disk-error.ts';
import { syncDirectory } from '../durable-file.ts';
import { findLogDamage, isLog, numberOf } from './leveldb-log.ts';
import { readVersion, type Table, type Version } from './manifest.ts';
import { isTable } from './sorted-table.ts';
import { TableAudit } from './table-audit.ts';
import { findMissingWrites } from './write-sequence.ts';

export type Database = Level<Uint8Array, Uint8Array>;

export interface DatabaseOptions {
  readonly directory: string;
  /** Whether it may be created. If not, an absent or emptied one is refused. */
  readonly isNew: boolean;
  /** Tables that hold no key from this one on may be verified later, with {@link OpenDatabase.tables}. */
  readonly verifyFrom: Uint8Array;
}

export interface OpenDatabase {
  readonly database: Database;
  /** Verifies the tables that were there before it was opened. */
  readonly tables: TableAudit;
}

/**
 * Finds what it can in a time that does not grow with the rows, before LevelDB is let in, which tidies up as it
 * opens. What is read from the database must be verified with `tables` first.
 *
 * @throws DiskError `DISK_STATE_DAMAGED`, `DISK_IN_USE` or `DISK_UNUSABLE`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { directory, verifyFrom } = options;
  try {
    const tables = await TableAudit.begin(directory, await expectWhole(options));
    try {
      await tables.expectIntactFrom(verifyFrom);
    } catch (error) {
      await tables.cancel();
      throw error;
    }
    const database = await openLevel(options);
    // LevelDB renames CURRENT without making the new name durable.
    await syncDirectory(directory);
    return { database, tables };
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

interface TableFile extends Table {
  readonly file: string;
}

/**
 * Expects every file of the database, each table with its size, logs without damage, and a sequence of writes of
 * which none is missing. Resolves with the tables, none of which was read.
 */
async function expectWhole({ directory, isNew }: DatabaseOptions): Promise<TableFile[]> {
  const names = await namesIn(directory);
  if (!isNew && !names.includes('CURRENT')) {
    throw damage(`${directory} had data and is empty now`);
  }
  const logs = names.filter(isLog);
  // LevelDB has a log at all times, from the moment it is first open.
  if (!isNew && logs.length === 0) throw damage(`The write-ahead log of ${directory} is missing`);
  const bad = await findLogDamage(directory, logs);
  if (bad !== undefined) {
    const place = `${join(directory, bad.file)} from byte ${bad.offset} on`;
    throw damage(`Synced records are damaged in ${place}`);
  }
  const version = await versionOf(directory);
  if (version === undefined) return [];
  await expectAllWrites(directory, logs, version);
  const files = new Map(names.filter(isTable).map((name) => [numberOf(name), name]));
  const tables = [...version.tables.values()];
  return Promise.all(tables.map((table) => expectFile(table, directory, files.get(table.number))));
}

async function versionOf(directory: string): Promise<Version | undefined> {
  try {
    return await readVersion(directory);
  } catch (error) {
    if (error instanceof RangeError)
      throw damage(`LevelDB's list of files in ${directory} is damaged: ${error.message}`);
    throw error;
  }
}

async function expectAllWrites(
  directory: string,
  logs: readonly string[],
  version: Version,
): Promise<void> {
  const { logNumber } = version;
  if (logNumber > 0 && !logs.some((log) => numberOf(log) === logNumber)) {
    throw damage(`The write-ahead log ${logNumber} of ${directory} is missing`);
  }
  const missing = await findMissingWrites(directory, logs, version);
  if (missing === undefined) return;
  const { file, sequence } = missing;
  throw damage(`Write ${sequence} is missing before a later one in ${join(directory, file)}`);
}

async function expectFile(
  table: Table,
  directory: string,
  file: string | undefined,
): Promise<TableFile> {
  if (file === undefined) throw damage(`The table ${table.number} of ${directory} is missing`);
  const { size } = await stat(join(directory, file));
  if (size === table.size) return { ...table, file };
  throw damage(`The table ${join(directory, file)} has ${size} bytes of ${table.size}`);
}

function damage(what: string): DiskError {
  return new DiskError('DISK_STATE_DAMAGED', `${what}. ${repairAdvice}`);
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
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
