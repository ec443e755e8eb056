/** The inputs of a peer: messages, time, and what its host asks for, as plain data. */
import type { PeerId } from './ballot.ts';
import type { DurableWrite } from './effects.ts';
import type { Envelope } from './messages/message.ts';

/** What may happen to a peer. */
export type PeerEvent<V> =
  /** The host wants `seq` decided, by preference as `value`. */
  | { readonly type: 'propose'; readonly seq: number; readonly value: V }
  | { readonly type: 'receive'; readonly envelope: Envelope<V> }
  /** No answer will come to this request of ours. */
  | { readonly type: 'undeliverable'; readonly envelope: Envelope<V> }
  /** The host needs nothing at or below `seq` any more. */
  | { readonly type: 'done'; readonly seq: number }
  /** The host waits for `seq`, of which the leader may know. */
  | { readonly type: 'requestDecisions'; readonly seq: number }
  /** The host wants to know how far anything may have been decided. */
  | { readonly type: 'readIndex' }
  /** The connection to this peer ended. A hint: it may be gone. */
  | { readonly type: 'disconnected'; readonly peer: PeerId }
  /** The host knows of somebody who waits for a decision of this peer. */
  | { readonly type: 'flushNotices' }
  /** The host is about to stop. */
  | { readonly type: 'stepDown' }
  /** These writes are durable now: one more turn of the storage. */
  | { readonly type: 'persisted'; readonly writes: readonly DurableWrite<V>[] }
  /** The time of `wakeAt()` has come. */
  | { readonly type: 'wake' };
