/**
 * The persistent store that the state machine uses: it is loaded once, then written one set of changes at a
 * time. `storage/state` implements it on a database.
 */
import type { Bytes, LeaseId, SessionId } from '@paxkv/protocol';
import { baseLevel } from './features.ts';
import type { Lease } from './leases/lease.ts';
import type { Session } from './sessions/session.ts';
import type { SessionCounts } from './sessions/sessions.ts';
import type { CacheSlot, Change } from './store/cached-entry.ts';
import type { HistoryChanges } from './store/changes/history.ts';
import type { ChangesSpan } from './store/changes/recent-changes.ts';
import type { NameRange } from './store/ranges/name-range.ts';

/** The position of a state in the log, and the counters that the log determines. */
export interface Position {
  /** The highest applied instance, −1 for none. All instances below it are applied too. */
  readonly applied: number;
  readonly revision: number;
  readonly sessions: SessionCounts;
  /** The feature level of the cluster: see `features.ts`. */
  readonly featureLevel: number;
  /** The incarnation of the cluster: 128 random bits as text, from feature level 2 on. `undefined`: not named yet. */
  readonly incarnation: string | undefined;
  /** See `state-hash.ts`. */
  readonly stateHash: Bytes;
}

/** The position before the first instance. */
export const startPosition: Position = {
  applied: -1,
  revision: 0,
  sessions: { next: 1, uses: 0 },
  featureLevel: baseLevel,
  incarnation: undefined,
  stateHash: new Uint8Array(32),
};

/** The state that a state machine starts with. */
export interface LoadedState {
  readonly position: Position;
  readonly sessions: readonly Session[];
  readonly leases: readonly Lease[];
}

/** The changes since the last write, up to a position. */
export interface StateChanges {
  /** Sessions that changed; `undefined` for one that was evicted. */
  readonly sessions: readonly (readonly [id: SessionId, session: Session | undefined])[];
  /** Leases that changed; `undefined` for one that has ended. */
  readonly leases: readonly (readonly [id: LeaseId, lease: Lease | undefined])[];
  readonly entries: readonly Change[];
  readonly history: HistoryChanges;
  readonly position: Position;
}

/** Resolves after other work has run. */
export type Pause = () => Promise<void>;

/** A position that was written, and the checksum of all rows there. */
export interface WrittenChecksum {
  /** −1 before the first write. */
  readonly applied: number;
  readonly checksum: { readonly count: number; readonly sum: number };
}

/** A part of a pass over all rows. */
export interface VerifiedRows {
  readonly count: number;
  readonly bytes: number;
  /** Whether the pass is complete: every row is there, and each is as it was written. */
  readonly isLast: boolean;
}

/** A row of an entry. */
export interface StoredRow {
  readonly name: string;
  /** Verifies the row and reads it. Its range must have been opened with values. @throws StateError `STATE_DAMAGED` */
  open(): CacheSlot;
}

/** Reads the rows of a range as they were when it was opened. */
export interface RangeCursor {
  /** The next rows, about 64 KiB of them; none at the end. One call at a time. */
  next(): Promise<readonly StoredRow[]>;
  close(): Promise<void>;
}

/** Every method throws StateError: `STATE_FAILED` if reading or writing fails, `STATE_DAMAGED` for a bad row. */
export interface StateStore {
  /**
   * Loads and verifies position, sessions and leases. Called once, before any write. `check` gets the position before any
   * other row is read, since a newer version may have written rows that this one would call damaged.
   *
   * @throws also `STATE_UNKNOWN_FORMAT`, and what `check` throws
   */
  load(check?: (position: Position) => void): Promise<LoadedState>;
  /** The position as it was loaded, or written last. */
  readonly written: WrittenChecksum;
  /**
   * The latest changes that led to the state as it is at the call, about `bytesMax` bytes of them: as many as there are
   * without a gap. Called once after `load`, before any write.
   */
  readHistory(bytesMax: number): Promise<ChangesSpan>;
  /** The slots of these keys, in the same order. */
  readEntries(names: readonly string[]): Promise<CacheSlot[]>;
  /** Verifies what was not verified since the start and may be read with this range. To be awaited before `openRange`. */
  expectRangeIntact(range: NameRange): Promise<void>;
  /** Opens the range at this moment. Without values, rows can only be counted. The cursor must be closed. */
  openRange(range: NameRange, hasValues: boolean): RangeCursor;
  /** Atomic, and durable when it resolves. Called again only then. May await `pause` between rows. */
  write(changes: StateChanges, pause?: Pause): Promise<void>;
  /** Verifies up to `countMax` more rows of a pass over all rows, and begins the next pass after the last one. */
  verifyRows(countMax: number): Promise<VerifiedRows>;
  /** A hash over all rows of the state, in order. Reads all of them. */
  contentHash(): Promise<string>;
}
