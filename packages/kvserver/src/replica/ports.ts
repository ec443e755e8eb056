/**
 * The messages that replicas exchange in addition to those of Paxos, and the ports that carry them: batches
 * forwarded to the leader, checksums of states, and whole states for a replica whose own is lost or too old.
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

export type StateMessage = Fetch | Page | Refused;

export type StatePort = Port<StateMessage>;
