/** The rows of a range of entries, as they were when it was opened. LevelDB reads them ahead, about 64 KiB at a time. */
import type { Bytes } from '@paxkv/protocol';
import type { AbstractIterator, AbstractIteratorOptions } from 'abstract-level';
import type { RangeCursor, StoredRow } from '../../state-machine/state-store.ts';
import type { CacheSlot } from '../../state-machine/store/cached-entry.ts';
import { toCachedEntry } from '../../state-machine/store/cached-value.ts';
import type { NameRange } from '../../state-machine/store/ranges/name-range.ts';
import { attempt } from './attempt.ts';
import { readEntry } from './entry-row.ts';
import { dataRange, nameInDataKey } from './row-keys.ts';
import { sumIn } from './rows.ts';
import type { StateLevel } from './state-database-options.ts';

/** Rows of small entries are handled in one turn of the event loop, so there are not too many of them. */
const rowsAtOnce = 256;
const bytesAtOnce = 64 * 1024;

export interface EntryRangeOptions {
  readonly range: NameRange;
  readonly hasValues: boolean;
  /** No entry on disk is newer. */
  readonly revision: number;
}

/** An option of `classic-level`, which other databases ignore. */
interface ReadAhead extends AbstractIteratorOptions<Bytes, Bytes> {
  readonly highWaterMarkBytes: number;
}

export class EntryRange implements RangeCursor {
  readonly #iterator: AbstractIterator<StateLevel, Bytes, Bytes>;
  readonly #revision: number;

  constructor(level: StateLevel, { range, hasValues, revision }: EntryRangeOptions) {
    const options: ReadAhead = {
      ...dataRange(range),
      reverse: range.isReversed,
      values: hasValues,
      highWaterMarkBytes: bytesAtOnce,
    };
    this.#iterator = level.iterator(options);
    this.#revision = revision;
  }

  async next(): Promise<readonly StoredRow[]> {
    const rows = await attempt('read a range', () => this.#iterator.nextv(rowsAtOnce));
    return rows.map(([key, row]) => ({
      name: nameInDataKey(key),
      open: () => this.#open(key, row),
    }));
  }

  close(): Promise<void> {
    return this.#iterator.close();
  }

  #open(key: Bytes, row: Bytes): CacheSlot {
    const entry = toCachedEntry(readEntry(key, row, this.#revision));
    return { name: nameInDataKey(key), entry, rowSum: sumIn(row) };
  }
}
