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
 * A message with its sender and addressee. Requests and answers alike carry how far the sender is done and
 * what it has forgotten, so forgetting needs no separate messages.
 */
export interface Envelope<V> {
  readonly from: PeerId;
  readonly to: PeerId;
  /** The highest seq the sender's host is done with, or −1. */
  readonly done: number;
  /** The sender's `floor()`: below it some peers may have forgotten everything. A receiver adopts it. */
  readonly floor: number;
  /** The sender's `min()`: below it the sender itself has forgotten everything. */
  readonly min: number;
  /** The sender's `everyPeerMin()`: every peer was done below it. A receiver adopts it. */
  readonly everyPeerMin: number;
  /** How often the sender's host lost its state. `done` of a lower epoch says nothing any more. */
  readonly stateEpoch: number;
  readonly mark: MemoryMark;
  readonly message: Message<V>;
}
