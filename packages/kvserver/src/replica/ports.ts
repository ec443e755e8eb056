/**
 * The messages that replicas exchange in addition to those of Paxos, and the ports that carry them: batches
 * forwarded to the leader, and whole states for a replica whose own state is lost or too old.
 *
 * ```text
 *   receiver          source
 *      │── Fetch 0 ─────▶│     takes a snapshot of its state
 *      │◀── Page 0 ──────│
 *      │── Fetch 1 ─────▶│
 *      │◀── Page 1 ──────│     the last page: releases the snapshot
 *
 *   The answer to any Fetch may also be
 *      Refused           the source has no state to give, or has released this one
 * ```
 *
 * The receiver requests one page after the other, so a slow one is never flooded.
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

export interface Fetch {
  readonly type: 'fetch';
  /** Distinguishes transfers to the same receiver, also across its restarts. */
  readonly transfer: number;
  /** The number of the page, from 0: the one after the last page received. Repeated if no answer came. */
  readonly page: number;
}

export interface Page {
  readonly type: 'page';
  readonly transfer: number;
  readonly page: number;
  /** The highest instance applied in this state; the same on every page. */
  readonly applied: number;
  /** In the order of their keys, each under its own checksum. */
  readonly rows: readonly StateRow[];
  readonly isLast: boolean;
}

export interface Refused {
  readonly type: 'refused';
  readonly transfer: number;
  /** A short explanation for people. */
  readonly reason: string;
}

export type StateMessage = Fetch | Page | Refused;

export type StatePort = Port<StateMessage>;

/** The feature levels of one server. */
export interface ServerLevels extends LevelRange {
  /** The highest level to which it lets the cluster be raised. It does not keep the server from running above. */
  readonly raiseMax: number;
}

/** Exchanges feature levels with the other servers. */
export interface LevelPort {
  readonly own: ServerLevels;
  /** The levels of another server; `undefined` unless it is connected now. */
  levelsOf(peer: PeerId): ServerLevels | undefined;
  /** Reports the level of the state here: before anything is sent, and whenever it has changed. */
  setLevel(level: number): void;
}
