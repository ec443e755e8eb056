/** What a state database is opened with besides the database itself. */
import type { Bytes } from '@paxkv/protocol';
import type { AbstractLevel } from 'abstract-level';
import type { HistoryLog } from '../history/history-log.ts';
import type { RowRange } from './row-keys.ts';

/** An open database whose `keyEncoding` and `valueEncoding` are both `'view'`. */
export type StateLevel = AbstractLevel<string | Buffer | Uint8Array, Bytes, Bytes>;

/** The tables of the database as it was opened, which are verified one after the other. */
export interface StateTables {
  /** Verifies those that may hold these keys. `undefined` if they are verified already. Rejects with DiskError. */
  expectIntact(keys: readonly Bytes[]): Promise<void> | undefined;
  /** Verifies those that may be read for keys in the range. `undefined` if they are verified. Rejects with DiskError. */
  expectIntactWithin(range: RowRange): Promise<void> | undefined;
  /** Verifies one more, and resolves with its bytes; `undefined` once all are verified. Rejects with DiskError. */
  verifyNext(): Promise<number | undefined>;
}

export interface StateDatabaseOptions {
  /** Returns the write index of the journal beside this state; each write records it. */
  readonly journalIndex?: (() => number) | undefined;
  /** Where the history is kept. Absent: it is in memory only. */
  readonly history?: HistoryLog | undefined;
  /** Verified before a row is read from them. */
  readonly tables?: Pick<StateTables, 'expectIntact' | 'expectIntactWithin'> | undefined;
}
