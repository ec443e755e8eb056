/**
 * The tables that a database had when it was opened, each verified once before any of its rows is used. LevelDB
 * merges tables and deletes them meanwhile, and would carry damage on into new tables. Each table therefore has a
 * second name in a folder of the database until it is verified.
 * Rule: no row is read from the database before every table that may hold it was verified.
 *
 * ```text
 *   unread/          second names of the tables that are not verified yet
 *   unread/starts    how many starts in a row ended before all tables were verified, without closing
 * ```
 */
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError, hasCode, repairAdvice } from '../disk-error.ts';
import type { Table } from './manifest.ts';
import { findTableDamage, isTable } from './sorted-table.ts';

/** After this many starts that ended too early, a damaged table may be what ends the process. */
const startCountMax = 3;

const folderName = 'unread';

/** Keys from `gte`, included, to `lt`, excluded. */
export interface KeyBounds {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

interface UnreadTable extends Table {
  /** The name under which it is read, and the one under which LevelDB knows it. */
  readonly path: string;
  readonly originalPath: string;
  verification?: Promise<void>;
}

export class TableAudit {
  readonly #folder: string;
  /** By level, each in the order of the smallest key. */
  readonly #levels: UnreadTable[][];
  #unreadCount: number;
  #last: Promise<void> = Promise.resolve();

  private constructor(folder: string, tables: readonly UnreadTable[]) {
    this.#folder = folder;
    this.#levels = levelsOf(tables);
    this.#unreadCount = tables.length;
  }

  /**
   * Called before LevelDB opens the database. Of its tables it verifies nothing yet, unless the last starts all
   * ended before everything was verified: then it verifies everything at once.
   *
   * @throws DiskError `DISK_STATE_DAMAGED`. Any error of the file system.
   */
  static async begin(
    directory: string,
    tables: readonly (Table & { readonly file: string })[],
  ): Promise<TableAudit> {
    const folder = join(directory, folderName);
    const startCount = 1 + (await startsIn(folder));
    await expectMergedIntact(directory, folder, tables);
    await rm(folder, { recursive: true, force: true });
    const canLink = tables.length > 0 && (await linkAll(directory, folder, tables));
    if (canLink) await writeFile(join(folder, 'starts'), `${startCount}`);
    const unread = tables.map((table) => ({
      ...table,
      path: join(canLink ? folder : directory, table.file),
      originalPath: join(directory, table.file),
    }));
    const audit = new TableAudit(folder, unread);
    if (!canLink || startCount > startCountMax) await audit.#verifyAll();
    return audit;
  }

  /** How many tables are not verified yet. */
  get unreadCount(): number {
    return this.#unreadCount;
  }

  /**
   * Verifies the tables that may hold one of these keys. `undefined` if all of them are verified already.
   *
   * @throws DiskError `DISK_STATE_DAMAGED` or `DISK_UNUSABLE`, as a rejection.
   */
  expectIntact(keys: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#unreadCount === 0) return undefined;
    const unread = new Set(keys.flatMap((key) => this.#tablesOf(key)));
    return unread.size === 0 ? undefined : this.#verifyEach(unread);
  }

  /**
   * Verifies the tables that LevelDB may read for the keys from `gte` to `lt`: to find where a range ends, it reads the
   * next keys on both sides too. `undefined` if all of them are verified already.
   *
   * @throws as {@link TableAudit.expectIntact}, as a rejection.
   */
  expectIntactWithin({ gte, lt }: KeyBounds): Promise<void> | undefined {
    if (this.#unreadCount === 0) return undefined;
    const unread = this.#levels.flatMap((tables, level) => {
      // Tables of level 0 overlap, and each is read.
      if (level === 0) return tables;
      const within = tables.filter(({ smallest, largest }) => {
        return Buffer.compare(smallest, lt) < 0 && Buffer.compare(largest, gte) >= 0;
      });
      const before = tables.findLast(({ largest }) => Buffer.compare(largest, gte) < 0);
      const behind = tables.find(({ smallest }) => Buffer.compare(smallest, lt) >= 0);
      return [before, ...within, behind].filter((table) => table !== undefined);
    });
    return unread.length === 0 ? undefined : this.#verifyEach(unread);
  }

  /** Verifies the tables that may hold keys from `first` on. @throws as {@link TableAudit.expectIntact} */
  async expectIntactFrom(first: Uint8Array): Promise<void> {
    const all = this.#levels.flat();
    await this.#verifyEach(all.filter(({ largest }) => Buffer.compare(first, largest) <= 0));
  }

  /**
   * Verifies one more table, and resolves with its size in bytes; with `undefined` once all are verified.
   *
   * @throws as {@link TableAudit.expectIntact}
   */
  async verifyNext(): Promise<number | undefined> {
    const next = this.#levels.find((level) => level.length > 0)?.[0];
    if (next === undefined) return undefined;
    await this.#verify(next);
    return next.size;
  }

  /** Called when the database was not opened: LevelDB has merged nothing, and this start does not count. */
  async cancel(): Promise<void> {
    await this.#last;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Called when the database was closed in good order: this start does not count. */
  async end(): Promise<void> {
    await this.#last;
    // Safety: LevelDB may have merged tables that are not verified. The next start needs their second names.
    // If the count cannot be written, a later start may verify everything at once.
    if (this.#unreadCount > 0) await writeFile(join(this.#folder, 'starts'), '0').catch(() => {});
    else await this.cancel();
  }

  async #verifyAll(): Promise<void> {
    await this.#verifyEach(this.#levels.flat());
  }

  async #verifyEach(tables: Iterable<UnreadTable>): Promise<void> {
    await Promise.all(Array.from(tables, (table) => this.#verify(table)));
  }

  #verify(table: UnreadTable): Promise<void> {
    // One at a time, since each is held in memory.
    table.verification ??= this.#last.then(() => this.#verifyNow(table));
    this.#last = table.verification.catch(() => {});
    return table.verification;
  }

  async #verifyNow(table: UnreadTable): Promise<void> {
    const reason = await this.#findDamage(table);
    if (reason !== undefined) throw damaged(table.originalPath, reason);
    this.#remove(table);
    if (this.#unreadCount === 0) await rm(this.#folder, { recursive: true, force: true });
    else if (table.path !== table.originalPath) await rm(table.path, { force: true });
  }

  async #findDamage(table: UnreadTable): Promise<string | undefined> {
    try {
      return await findTableDamage(table.path);
    } catch (error) {
      // It could not be read this time, which does not mean that it is damaged.
      delete table.verification;
      throw error;
    }
  }

  #remove(table: UnreadTable): void {
    const level = this.#levels[table.level] ?? [];
    level.splice(level.indexOf(table), 1);
    this.#unreadCount -= 1;
  }

  #tablesOf(key: Uint8Array): UnreadTable[] {
    return this.#levels.flatMap((tables, level) => {
      if (level === 0) return tables.filter((table) => isWithin(table, key));
      const table = lastNotAfter(tables, key);
      return table !== undefined && isWithin(table, key) ? [table] : [];
    });
  }
}

/**
 * Verifies the tables that LevelDB merged in an earlier run before that run had verified them: what they held is in
 * other tables now, which look whole even if a row was lost on the way.
 *
 * @throws DiskError `DISK_STATE_DAMAGED`. Any error of the file system.
 */
async function expectMergedIntact(
  directory: string,
  folder: string,
  tables: readonly { readonly file: string }[],
): Promise<void> {
  const present = new Set(tables.map(({ file }) => file));
  const merged = (await namesIn(folder)).filter((file) => isTable(file) && !present.has(file));
  for (const file of merged) {
    const reason = await findTableDamage(join(folder, file));
    if (reason !== undefined) throw damaged(join(directory, file), reason);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function damaged(path: string, reason: string): DiskError {
  const message = `The table ${path} is damaged: ${reason}. ${repairAdvice}`;
  return new DiskError('DISK_STATE_DAMAGED', message);
}

function levelsOf(tables: readonly UnreadTable[]): UnreadTable[][] {
  const count = 1 + Math.max(-1, ...tables.map(({ level }) => level));
  const levels: UnreadTable[][] = Array.from({ length: count }, () => []);
  for (const table of tables) levels[table.level]?.push(table);
  return levels.map((each) => each.sort((a, b) => Buffer.compare(a.smallest, b.smallest)));
}

function isWithin({ smallest, largest }: Table, key: Uint8Array): boolean {
  return Buffer.compare(smallest, key) <= 0 && Buffer.compare(key, largest) <= 0;
}

/** The last table that does not begin after `key`. Tables without overlap have the key there or nowhere. */
function lastNotAfter(tables: readonly UnreadTable[], key: Uint8Array): UnreadTable | undefined {
  let [low, high] = [0, tables.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const table = tables[middle];
    if (table !== undefined && Buffer.compare(table.smallest, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return tables[low - 1];
}

/** False if the file system has no second names. */
async function linkAll(
  directory: string,
  folder: string,
  tables: readonly { readonly file: string }[],
): Promise<boolean> {
  await mkdir(folder);
  try {
    for (const { file } of tables) await link(join(directory, file), join(folder, file));
    return true;
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    await rm(folder, { recursive: true });
    return false;
  }
}

function isUnsupported(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(code);
}

async function startsIn(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'starts'), 'utf8').catch(() => '0');
  const count = Number(text);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
