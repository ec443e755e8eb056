/**
 * The directory of the state database, and its atomic replacement: the new state is written beside it,
 * flushed, then renamed. After a crash between any two steps there is one complete state, which the next start
 * finds.
 *
 * ```text
 *   state/            the state
 *   state.incoming/   the new state, while it is being written
 *   state.outgoing/   the old state, from the renaming until it is deleted
 * ```
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AbstractLevel } from 'abstract-level';
import { toDiskError } from '../disk-error.ts';
import { syncDirectory } from '../durable-file.ts';
import { type OpenDatabase, openDatabase } from '../leveldb/database.ts';
import type { TableAudit } from '../leveldb/table-audit.ts';
import { metaPrefix } from './row-keys.ts';

/** Any keys and values; batches are atomic. */
export type StateDatabase = AbstractLevel<string | Buffer | Uint8Array, Uint8Array, Uint8Array>;

export interface StateOptions {
  readonly isNew: boolean;
  /** Called if there is no state although the node is not new. */
  readonly onLost?: () => Promise<void>;
}

export class StateDirectory {
  readonly #path: string;
  #open: OpenDatabase;

  private constructor(path: string, open: OpenDatabase) {
    this.#path = path;
    this.#open = open;
  }

  /**
   * Opens the state in the data directory at `path`, after completing a replacement that a crash interrupted.
   * An absent state is created empty, which is correct and merely the oldest one; unless the node `isNew`,
   * `onLost` first records that it was lost. An incomplete state is refused, unless the node `isNew` and its
   * creation may have been interrupted.
   *
   * @throws DiskError `DISK_STATE_DAMAGED`, `DISK_IN_USE` or `DISK_UNUSABLE`.
   */
  static async open(path: string, { isNew, onLost }: StateOptions): Promise<StateDirectory> {
    const isAbsent = await attempt(`complete a replacement in ${path}`, () =>
      completeReplacement(path),
    );
    // Safety: recorded before an empty state exists, or a crash in between would hide the loss.
    if (isAbsent && !isNew) await onLost?.();
    return new StateDirectory(path, await open(pathsIn(path).present, isNew || isAbsent));
  }

  /** Open until it is replaced. */
  get database(): StateDatabase {
    return this.#open.database;
  }

  /** Verifies the tables that the database had when it was opened. Those of a new state are verified already. */
  get tables(): TableAudit {
    return this.#open.tables;
  }

  /**
   * Calls `fill` with an empty database, then puts that database in the place of this one. If `fill` throws,
   * so does this, and the state stays.
   *
   * @throws DiskError. Which of the two is open is unknown then: close the data directory and open it again.
   */
  async replace(fill: (database: StateDatabase) => Promise<void>): Promise<StateDatabase> {
    const { present, incoming } = pathsIn(this.#path);
    await attempt('remove an incomplete state', () =>
      rm(incoming, { recursive: true, force: true }),
    );
    const { database } = await open(incoming, true);
    try {
      await fill(database);
    } finally {
      await database.close();
    }
    await this.#open.database.close();
    await attempt('replace the state', () => this.#swap());
    this.#open = await openDatabase({ directory: present, isNew: false, verifyFrom: everything });
    return this.database;
  }

  async close(): Promise<void> {
    await this.#open.database.close();
    await this.#open.tables.end();
  }

  async #swap(): Promise<void> {
    const { present, incoming, outgoing } = pathsIn(this.#path);
    await syncDirectory(incoming);
    await rename(present, outgoing);
    await syncDirectory(this.#path);
    await rename(incoming, present);
    await syncDirectory(this.#path);
    await rm(outgoing, { recursive: true });
  }
}

/**
 * Completes an interrupted replacement: backwards if the new state may be incomplete, otherwise forwards.
 * Resolves with whether there is no state at all.
 */
async function completeReplacement(path: string): Promise<boolean> {
  const found = await readdir(path);
  const { present, incoming, outgoing } = pathsIn(path);
  const isIn = (each: string) => found.includes(basename(each));
  // Safety: the old state is moved away only once the new one is complete.
  if (!isIn(present) && isIn(outgoing)) await rename(isIn(incoming) ? incoming : outgoing, present);
  for (const leftover of [incoming, outgoing].filter(isIn)) {
    await rm(leftover, { recursive: true, force: true });
  }
  return !isIn(present) && !isIn(outgoing);
}

function pathsIn(path: string): { present: string; incoming: string; outgoing: string } {
  const [present, incoming, outgoing] = ['state', 'state.incoming', 'state.outgoing'] as const;
  return {
    present: join(path, present),
    incoming: join(path, incoming),
    outgoing: join(path, outgoing),
  };
}

/** Precedes all keys. */
const everything = new Uint8Array();

/** The rows after those of data are few, and a start reads them: the position, notes and sessions. */
function open(directory: string, isNew: boolean): Promise<OpenDatabase> {
  return openDatabase({ directory, isNew, verifyFrom: metaPrefix });
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw toDiskError(what, cause);
  }
}
