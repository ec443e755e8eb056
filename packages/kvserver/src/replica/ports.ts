/**
 * The messages that replicas exchange in addition to those of Paxos, and the ports that carry them: batches
 * forwarded to the leader, checksums of states, and what a replica needs that was away for longer than the log is
 * in memory.
 *
 * ```text
 *   receiver               source
 *      │── FindLog 17 ──────▶│     to every other replica
 *      │◀── LogFound ────────│     I have instance 17, or I do not
 *
 *      │── FetchLog 17 ─────▶│     pages of the log, if one has it
 *      │◀── LogPage 17…40 ───│
 *      │◀── LogPage 41…90 ───│
 *      │── FetchLog, credit ▶│
 *      │◀── LogPage, none ───│     that was all
 *
 *      │── Fetch 0 ─────────▶│     otherwise a whole state: the source takes a snapshot
 *      │◀── Page 0 ──────────│
 *      │◀── Page 1 ──────────│
 *      │── Fetch, credit ───▶│
 *      │◀── Page 2 ──────────│     the last page
 *      │── Release ─────────▶│     releases the snapshot
 *
 *   The answer to any FetchLog and Fetch may also be
 *      Refused                   the source does not have it, or is busy with another receiver
 * ```
 *
 * The receiver grants credit ahead of what it has processed, so neither side waits for the other at each page,
 * and a slow receiver is never flooded. A page that was lost is asked for again by its place in the log, or by
 * the key before it.
 */
import type { PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { LevelRange } from '../state-machine/features.ts';
import type { StateRow } from '../storage/state/row-audit.ts';

/** May lose, delay, repeat and reorder messages; must not change them. */
export interface Port<Message> {
  /** Delivers to `receive`, which neither throws nor waits. Called once, before any `send`. */
  open(receive: (from: PeerId, message: Message) => void): void;
  /** Sends without waiting and never throws: a message that cannot be sent is lost. */
  send(to: PeerId, message: Message): void;
  /** Stops delivering. Later calls of `send` are harmless. */
  close(): void;
}

/** Replica to leader: propose this batch. */
export interface ForwardedBatch {
  readonly type: 'forward';
  /** Together with `number` and the sender, the origin of the batch. */
  readonly runId: number;
  readonly number: number;
  readonly value: Bytes;
}

export type ForwardPort = Port<ForwardedBatch>;

/** Receiver to every other replica: do you have the decision of instance `seq`? */
export interface FindLog {
  readonly type: 'findLog';
  /** Distinguishes questions of the same receiver, also across its restarts. */
  readonly transfer: number;
  readonly seq: number;
}

export interface LogFound {
  readonly type: 'logFound';
  readonly transfer: number;
  /** Whether the source can send that decision, from memory or from its log window. */
  readonly isHeld: boolean;
}

/** Receiver to source: send the decisions from `seq` on, or grant more credit. */
export interface FetchLog {
  readonly type: 'fetchLog';
  /** A new one begins at `seq`, also after pages were lost. The same one again only raises `credit`. */
  readonly transfer: number;
  /** The next instance that the receiver lacks. */
  readonly seq: number;
  /** Bytes of values that arrived before `seq` in this transfer. */
  readonly received: number;
  /** Bytes of values that the source may send in this transfer, in all. The last page may exceed it. */
  readonly credit: number;
}

export interface LogPage {
  readonly type: 'logPage';
  readonly transfer: number;
  /** The instance of the first value; the others follow without a gap. */
  readonly seq: number;
  /** None: the source has applied nothing further. */
  readonly values: readonly Bytes[];
  /** The highest instance that the source has applied. */
  readonly applied: number;
}

/** Receiver to source: send the pages of your state, or grant more credit. */
export interface Fetch {
  readonly type: 'fetch';
  /** Distinguishes transfers to the same receiver, also across its restarts. A new one takes a new snapshot. */
  readonly transfer: number;
  /** Counts requests to go back within the transfer, because pages were lost. A higher one takes effect. */
  readonly attempt: number;
  /** The number of the next page, from 0. With a new attempt the source continues there. */
  readonly page: number;
  /** The last key that arrived in a page before `page`; empty before the first. */
  readonly after: Bytes;
  /** How many pages from `page` on the source may send. */
  readonly credit: number;
}

export interface Page {
  readonly type: 'page';
  readonly transfer: number;
  readonly attempt: number;
  readonly page: number;
  /** The highest instance applied in this state; the same on every page. */
  readonly applied: number;
  /** How many rows the state has, about. */
  readonly total: number;
  /** In the order of their keys, each under its own checksum. */
  readonly rows: readonly StateRow[];
  readonly isLast: boolean;
}

/** Receiver to source: this transfer is over. */
export interface Release {
  readonly type: 'release';
  readonly transfer: number;
}

export interface Refused {
  readonly type: 'refused';
  readonly transfer: number;
  /** A short explanation for people. */
  readonly reason: string;
}

export type StateMessage =
  | FindLog
  | LogFound
  | FetchLog
  | LogPage
  | Fetch
  | Page
  | Release
  | Refused;

/** To all other replicas: the checksum of all rows of a state that was written. */
export interface ChecksumMessage {
  readonly type: 'checksum';
  /** The highest instance applied in this state. */
  readonly applied: number;
  /** The number of rows, and the sum of their checksums. */
  readonly count: number;
  readonly sum: number;
}

export type ChecksumPort = Port<ChecksumMessage>;

export type StatePort = Port<StateMessage>;

/** The feature levels of one server. */
export interface ServerLevels extends LevelRange {
  /** The highest level to which it lets the cluster be raised. It does not keep the server from running above. */
  readonly raiseMax: number;
}

/** Exchanges feature levels, and the incarnation of the cluster, with the other servers. */
export interface LevelPort {
  readonly own: ServerLevels;
  /** The levels of another server; `undefined` unless it is connected now. */
  levelsOf(peer: PeerId): ServerLevels | undefined;
  /** Reports the level of the state here: before anything is sent, and whenever it has changed. */
  setLevel(level: number): void;
  /**
   * The incarnation of the cluster, as far as this server was told by its identity or by any other server since it
   * was started. Servers of different incarnations do not connect.
   */
  readonly incarnation: string | undefined;
  /** Reports the incarnation that the state here names. */
  setIncarnation(incarnation: string): void;
}
