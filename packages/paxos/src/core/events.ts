/** The inputs of a peer, one for each step, as plain data. */
import type { PeerId } from './ballot.ts';
import type { DurableWrite } from './effects.ts';
import type { Envelope } from './messages/envelope.ts';

/** Anything that may happen to a peer. */
export type PeerEvent<V> =
  /** The time of `wakeAt()` has come. Also the first event of every run. */
  | { readonly type: 'wake' }
  /** The host wants `seq` decided, if possible as `value`. */
  | { readonly type: 'propose'; readonly seq: number; readonly value: V }
  | { readonly type: 'receive'; readonly envelope: Envelope<V> }
  /** No answer will come to this message, which this peer sent. */
  | { readonly type: 'undeliverable'; readonly envelope: Envelope<V> }
  /** The connection to this peer ended. A hint that it may be gone. */
  | { readonly type: 'disconnected'; readonly peer: PeerId }
  /** These writes are durable now, in one write of the storage. */
  | { readonly type: 'persisted'; readonly writes: readonly DurableWrite<V>[] }
  /** The host needs nothing at or below `seq` any more. */
  | { readonly type: 'done'; readonly seq: number }
  /** The host waits for the decision of `seq`, which the leader may know. */
  | { readonly type: 'requestDecisions'; readonly seq: number }
  /** The host asks how far anything may have been decided. */
  | { readonly type: 'readIndex' }
  /** Another host waits for a decision of this peer. */
  | { readonly type: 'flushNotices' }
  /** The host is about to stop. */
  | { readonly type: 'stepDown' };
