/**
 * The folder of the state database, and how another state takes its place: written beside it, flushed,
 * then renamed. Between any two steps there is one whole state, and the next opening finds it.
 *
 * ```text
 *   state/            the state
 *   state.incoming/   the next one, while it is being written
 *   state.outgoing/   the last one, from the renaming until it is deleted
 * ```
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AbstractLevel } from 'abstract-level';
import { toDiskError } from '../disk-error.ts';
import { syncDirectory } from '../durable-file.ts';
import { openDatabase } from '../leveldb/database.ts';

/** Any keys and values; batches are atomic. */
export type StateDatabase = AbstractLevel<string | Buffer | Uint8Array, Uint8Array, Uint8Array>;

export class StateDirectory {
  readonly #path: string;
  #database: StateDatabase;

  private constructor(path: string, database: StateDatabase) {
    this.#path = path;
    this.#database = database;
  }

  /**
   * Opens the state in the data directory at `path`. Ends first what a crash interrupted. A state that
   * is absent altogether is made anew, empty: that is no wrong state, merely the oldest. One that is
   * there and not whole is refused, unless the node `isNew` and may have been cut short as it was made.
   *
   * @throws DiskError `DISK_STATE_DAMAGED`, `DISK_IN_USE` or `DISK_UNUSABLE`.
   */
  static async open(path: string, options: { readonly isNew: boolean }): Promise<StateDirectory> {
    const isAbsent = await attempt(`tidy up in ${path}`, () => tidy(path));
    const database = await open(placesIn(path).present, options.isNew || isAbsent);
    return new StateDirectory(path, database);
  }

  /** Open, until it is replaced. */
  get database(): StateDatabase {
    return this.#database;
  }

  /**
   * Has `fill` write another state into an empty database, then puts it in the place of this one. If
   * `fill` throws, what it throws is thrown on and everything stays as it was.
   *
   * @throws DiskError. Nobody can tell then which of the two is open: to be closed and opened again.
   */
  async replace(fill: (database: StateDatabase) => Promise<void>): Promise<StateDatabase> {
    const { present, incoming } = placesIn(this.#path);
    await attempt('make room for a state', () => rm(incoming, { recursive: true, force: true }));
    const database = await open(incoming, true);
    try {
      await fill(database);
    } finally {
      await database.close();
    }
    await this.#database.close();
    await attempt('put a state in its place', () => this.#swap());
    this.#database = await open(present, false);
    return this.#database;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #swap(): Promise<void> {
    const { present, incoming, outgoing } = placesIn(this.#path);
    await syncDirectory(incoming);
    await rename(present, outgoing);
    await syncDirectory(this.#path);
    await rename(incoming, present);
    await syncDirectory(this.#path);
    await rm(outgoing, { recursive: true });
  }
}

/**
 * Ends a replacement that was cut short: backwards if the new state may be incomplete, else forwards.
 * Resolves with whether there is no state at all.
 */
async function tidy(path: string): Promise<boolean> {
  const found = await readdir(path);
  const { present, incoming, outgoing } = placesIn(path);
  const isIn = (place: string) => found.includes(basename(place));
  // Safety: the old one leaves only when the new one is complete.
  if (!isIn(present) && isIn(outgoing)) await rename(isIn(incoming) ? incoming : outgoing, present);
  for (const place of [incoming, outgoing].filter(isIn)) {
    await rm(place, { recursive: true, force: true });
  }
  return !isIn(present) && !isIn(outgoing);
}

function placesIn(path: string): { present: string; incoming: string; outgoing: string } {
  const [present, incoming, outgoing] = ['state', 'state.incoming', 'state.outgoing'] as const;
  return {
    present: join(path, present),
    incoming: join(path, incoming),
    outgoing: join(path, outgoing),
  };
}

function open(directory: string, isNew: boolean): Promise<StateDatabase> {
  return openDatabase({
    directory,
    isNew,
    lost: 'DISK_STATE_DAMAGED',
    damaged: 'DISK_STATE_DAMAGED',
  });
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw toDiskError(what, cause);
  }
}
