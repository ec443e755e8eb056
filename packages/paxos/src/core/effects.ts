/**
 * What the world must do for a peer after a step, as plain data.
 *
 * The order of the fields is the safety argument, and `paxos.ts` is the one place that performs it:
 * nothing that vouches for a write leaves before that write is durable.
 */
import type { Ballot } from './ballot.ts';
import type { Envelope } from './messages.ts';

/** What an acceptor must not forget, in words a storage maps to records. */
export type DurableWrite<V> =
  /** Rounds up to and including `round` may have been used by this peer's own ballots. */
  | { readonly type: 'reserved'; readonly round: number }
  | { readonly type: 'promised'; readonly seq: number; readonly ballot: Ballot }
  /** A vote. It also raises the promise of its instance to `ballot`. */
  | { readonly type: 'accepted'; readonly seq: number; readonly ballot: Ballot; readonly value: V };

/** What may be lost in a crash without harm: it saves asking again. */
export type Note<V> =
  /** Without a value: the value of this peer's own vote in the instance. */
  | { readonly type: 'decided'; readonly seq: number; readonly value?: V }
  /** Every peer is done below `min`: all other writes about those instances may be dropped. */
  | { readonly type: 'forgotten'; readonly min: number };

export type Write<V> = DurableWrite<V> | Note<V>;

export interface Decision<V> {
  readonly seq: number;
  readonly value: V;
}

export interface Effects<V> {
  /** First, without waiting: what relies on nothing unwritten. Requests, refusals and news. */
  readonly sendNow: Envelope<V>[];
  /** Beside it: announcements to the host. A decision rests on votes that are durable already. */
  readonly decided: Decision<V>[];
  /** Then: every promise and vote of the turn, durable together in one flushed write. */
  readonly persist: DurableWrite<V>[];
  /** In the same write, or in a later one. */
  readonly note: Note<V>[];
  /** Last, once all of `persist`, of this step and those before it, is durable: what vouches for it. */
  readonly sendAfter: Envelope<V>[];
}

export function noEffects<V>(): Effects<V> {
  return { sendNow: [], decided: [], persist: [], note: [], sendAfter: [] };
}
