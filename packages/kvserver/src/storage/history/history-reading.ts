/**
 * Reads the history at a start, the latest row first, up to a row that is damaged, missing or no longer of this state:
 * what came before it is of no use. Meanwhile the state may be written; a snapshot shows it as it was. Rows that led
 * further than the state are skipped.
 * Rule: a row counts only if it ends where the next one begins, and if each change leads to what came next.
 */
import type { AbstractSnapshot } from 'abstract-level';
import { StateError } from '../../state-machine/state-error.ts';
import { type CachedEntry, toCachedEntry } from '../../state-machine/store/cached-value.ts';
import {
  bytesOf,
  type ChangesSpan,
  type RecentChange,
} from '../../state-machine/store/changes/recent-changes.ts';
import { attempt } from '../state/attempt.ts';
import { readEntry } from '../state/entry-row.ts';
import { dataKeyOf } from '../state/row-keys.ts';
import type { StateLevel, StateTables } from '../state/state-database-options.ts';
import type { HistoryLog, StoredRow } from './history-log.ts';
import { type HistoryRow, type StoredChange, toHistoryRow } from './history-row.ts';

export interface HistoryReadingOptions {
  readonly log: Pick<HistoryLog, 'begin'>;
  /** Verified before an entry is read from them. */
  readonly tables?: Pick<StateTables, 'expectIntact'> | undefined;
  /** That of the state. */
  readonly revision: number;
  /** About so many bytes of changes are read. */
  readonly bytesMax: number;
}

/**
 * The changes up to the state as it is at the call.
 *
 * @throws StateError `STATE_DAMAGED` if an entry is damaged, as a rejection; `STATE_FAILED`.
 */
export async function readHistory(
  level: StateLevel,
  options: HistoryReadingOptions,
): Promise<ChangesSpan> {
  const snapshot = level.snapshot();
  try {
    return await new HistoryReading(level, snapshot, options).read();
  } finally {
    await snapshot.close();
  }
}

class HistoryReading {
  readonly #level: StateLevel;
  readonly #snapshot: AbstractSnapshot;
  readonly #options: HistoryReadingOptions;
  /** The entry before the earliest change so far, of each key that occurred. */
  readonly #following = new Map<string, CachedEntry | undefined>();
  /** The changes of the rows, the latest row first. */
  readonly #parts: (readonly RecentChange[])[] = [];
  #bytes = 0;
  #after: number;

  constructor(level: StateLevel, snapshot: AbstractSnapshot, options: HistoryReadingOptions) {
    this.#level = level;
    this.#snapshot = snapshot;
    this.#options = options;
    this.#after = options.revision;
  }

  async read(): Promise<ChangesSpan> {
    const { log, revision, bytesMax } = this.#options;
    for await (const stored of log.begin(revision)) {
      if (stored.until > this.#after) continue;
      if (!(await this.#take(stored)) || this.#bytes >= bytesMax) break;
    }
    return { after: this.#after, until: revision, changes: this.#parts.reverse().flat() };
  }

  /** Returns false if the row does not count. */
  async #take(stored: StoredRow): Promise<boolean> {
    const row = readable(stored);
    if (row === undefined || row.until !== this.#after) return false;
    await this.#readPresent(row.changes);
    const changes = this.#completed(row.changes);
    if (changes === undefined) return false;
    this.#parts.push(changes);
    this.#after = row.after;
    this.#bytes += changes.reduce((sum, change) => sum + bytesOf(change), 0);
    return true;
  }

  /** Reads the entries of keys that did not change later. */
  async #readPresent(changes: readonly StoredChange[]): Promise<void> {
    const following = this.#following;
    const names = [...new Set(changes.map(({ name }) => name))].filter(
      (name) => !following.has(name),
    );
    if (names.length === 0) return;
    const keys = names.map(dataKeyOf);
    const rows = await attempt('read the entries that the history leads to', async () => {
      await this.#options.tables?.expectIntact(keys);
      return this.#level.getMany(keys, { snapshot: this.#snapshot });
    });
    for (const [index, name] of names.entries()) {
      const [key, row] = [keys[index], rows[index]];
      const entry = key && row && toCachedEntry(readEntry(key, row, this.#options.revision));
      following.set(name, entry);
    }
  }

  /** The changes with the entries that they led to; `undefined` if one led to another entry than there was. */
  #completed(changes: readonly StoredChange[]): readonly RecentChange[] | undefined {
    const completed: RecentChange[] = [];
    for (const change of changes.toReversed()) {
      const entry = this.#following.get(change.name);
      if (entry !== undefined && entry.modRevision !== change.revision) return undefined;
      this.#following.set(change.name, change.before);
      completed.push({ ...change, entry });
    }
    return completed.reverse();
  }
}

/** `undefined` for a row that is damaged, or that another version wrote. */
function readable({ key, sealed }: StoredRow): HistoryRow | undefined {
  try {
    return toHistoryRow(key, sealed);
  } catch (error) {
    if (error instanceof StateError) return undefined;
    throw error;
  }
}
