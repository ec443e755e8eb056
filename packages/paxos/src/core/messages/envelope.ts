/** What travels with every message. */
import type { PeerId } from '../ballot.ts';
import type { Message } from './message.ts';

/**
 * How much the sender remembers, and what it knows of the memory of others. The group uses marks to detect
 * a peer that lost some or all of its memory, and discards what that peer sent before.
 */
export interface MemoryMark {
  /** The latest incarnation of each peer known to the sender. 0 if that peer never lost its memory. */
  readonly incarnations: readonly number[];
  /** How many writes the sender has made durable in its present incarnation. */
  readonly writeIndex: number;
  /** The highest `writeIndex` received from the addressee, in the incarnation given here. */
  readonly acknowledgedIndex: number;
}

/**
 * A message with its sender and addressee. Requests and answers alike carry `done` and `min`, so
 * forgetting needs no separate messages.
 */
export interface Envelope<V> {
  readonly from: PeerId;
  readonly to: PeerId;
  /** The highest seq the sender's host is done with, or −1. */
  readonly done: number;
  /** The sender's `min()`: every peer is done below it. That stays true, so a receiver may adopt it. */
  readonly min: number;
  readonly mark: MemoryMark;
  readonly message: Message<V>;
}
