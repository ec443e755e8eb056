/**
 * The store of a state, as the state machine needs it: loaded once, then written one batch of changes at a
 * time. `storage/state` implements it on a database.
 */
import type { Bytes } from '@paxkv/protocol';
import type { Session } from './sessions/session.ts';
import type { SessionCounts } from './sessions/sessions.ts';
import type { CacheSlot, Change } from './store/cached-entry.ts';

/** Where a state stands in the log, with the counters that the log drives. */
export interface Position {
  /** The highest instance applied, −1 for none. Every instance below it is applied too. */
  readonly applied: number;
  readonly revision: number;
  readonly sessions: SessionCounts;
  /** See `state-hash.ts`. */
  readonly stateHash: Bytes;
}

/** Before the first instance. */
export const startPosition: Position = {
  applied: -1,
  revision: 0,
  sessions: { next: 1, uses: 0 },
  stateHash: new Uint8Array(32),
};

/** What a state machine starts from. */
export interface LoadedState {
  readonly position: Position;
  readonly sessions: readonly Session[];
}

/** What the instances since the last write changed, up to a position. */
export interface StateChanges {
  /** Sessions that changed; `undefined` for one that was evicted. */
  readonly sessions: readonly (readonly [id: number, session: Session | undefined])[];
  readonly entries: readonly Change[];
  readonly position: Position;
}

/** Resolves once other work has had its turn. */
export type Pause = () => Promise<void>;

/** Every method throws StateError: `STATE_FAILED` if it could not read or write, `STATE_DAMAGED` for a bad row. */
export interface StateStore {
  /** Loads the state and verifies all of it. Called once, before any write. @throws also `STATE_UNKNOWN_FORMAT` */
  load(): Promise<LoadedState>;
  /** The entries of these keys, in their order. */
  readEntries(names: readonly string[]): Promise<CacheSlot[]>;
  /** Durable when it resolves, all of it or nothing. Called again only then. May await `pause` between rows. */
  write(changes: StateChanges, pause?: Pause): Promise<void>;
  /** A hash over every row of the state, in order. Takes as long as reading them all. */
  contentHash(): Promise<string>;
}
