/** The rows of the history in writes of the state: new ones, and the oldest ones, which are dropped some at a time. */
import type { Bytes } from '@paxkv/protocol';
import type { AbstractChainedBatch } from 'abstract-level';
import type { HistoryChanges } from '../../state-machine/store/changes/history.ts';
import { fromHistoryRow, rowsOf } from './history-row.ts';
import { historyKey, historyRange } from './row-keys.ts';
import type { StateLevel } from './state-database-options.ts';
import type { WritePace } from './write-pace.ts';

/** Rows that one write drops. It adds no more than a few, but those may push out many small ones. */
const dropCountMax = 256;

type Batch = AbstractChainedBatch<StateLevel, Bytes, Bytes>;

export class HistoryRows {
  readonly #level: StateLevel;
  /** There are no rows before this key, and none with changes up to this revision alone. */
  #first = historyKey(0);
  #dropped = 0;

  constructor(level: StateLevel) {
    this.#level = level;
  }

  /** Adds the rows of some changes to a write. */
  async put(batch: Batch, history: HistoryChanges, pace: WritePace): Promise<void> {
    for (const row of rowsOf(history)) {
      const [key, sealed] = fromHistoryRow(row);
      batch.put(key, sealed);
      const paused = pace.onRow(sealed.length);
      if (paused !== undefined) await paused;
    }
    await this.#drop(batch, history.dropUntil);
  }

  async #drop(batch: Batch, until: number): Promise<void> {
    if (until <= this.#dropped) return;
    const range = { gte: this.#first, lt: historyRange(until).lt, limit: dropCountMax };
    const keys = await this.#level.keys(range).all();
    for (const key of keys) batch.del(key);
    this.#first = keys.at(-1) ?? this.#first;
    if (keys.length < dropCountMax) this.#dropped = until;
  }
}
