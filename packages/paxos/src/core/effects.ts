/**
 * What the host must do for a peer after a step, as plain data.
 *
 * The order of the fields is the safety argument, and `effect-loop.ts` is the one place that performs
 * it: nothing that vouches for a write leaves before that write is durable.
 */
import type { Ballot } from './ballot.ts';
import type { Envelope } from './messages/envelope.ts';

/** What a peer must not forget, as a storage maps it to records. */
export type DurableWrite<V> =
  /** This peer may have used rounds up to and including `round` in its own ballots. */
  | { readonly type: 'reserved'; readonly round: number }
  | { readonly type: 'promised'; readonly seq: number; readonly ballot: Ballot }
  /** A vote. It also raises the promise of its instance to `ballot`. */
  | { readonly type: 'accepted'; readonly seq: number; readonly ballot: Ballot; readonly value: V }
  /** The log promise: for every instance, also those not known of yet. */
  | { readonly type: 'logPromised'; readonly ballot: Ballot }
  | OwnIncarnation
  | PeerRecords;

/** The incarnation this peer began when it last lost its memory. */
export interface OwnIncarnation {
  readonly type: 'incarnation';
  readonly incarnation: number;
  readonly attempt: number;
  /** Whether, as far as this peer knows, it is its first. */
  readonly isNew: boolean;
  /** The peer takes part only in instances above this one. Absent until it is admitted: it takes part in none. */
  readonly votingFloor?: number;
}

/** A new incarnation of another peer, as this peer recorded it. */
export interface Admission {
  readonly incarnation: number;
  readonly attempt: number;
  /** Whether no incarnation of that peer was recorded here before. */
  readonly isNew: boolean;
}

/** What is known of one peer. */
export interface PeerRecord {
  /** The latest incarnation known here. */
  readonly incarnation: number;
  /** The highest write index received from that incarnation. */
  readonly writeIndex: number;
  /** Whether the peer had another incarnation before, as far as is known. */
  readonly hadOther?: boolean;
  /** The latest incarnation that this peer admitted. */
  readonly admission?: Admission;
}

/** What is known of every peer's incarnation, this one's included. */
export interface PeerRecords {
  readonly type: 'peerRecords';
  readonly peers: readonly PeerRecord[];
}

/** What a crash may lose without harm: it only saves asking again. */
export type Note<V> =
  /** Without a value: the value of this peer's own vote in the instance. */
  | { readonly type: 'decided'; readonly seq: number; readonly value?: V }
  /** Every peer is done below `min`: all other writes about those instances may be dropped. */
  | { readonly type: 'forgotten'; readonly min: number }
  | PeerRecords;

/** Anything that a peer has its storage remember. */
export type Write<V> = DurableWrite<V> | Note<V>;

/** What a storage remembers. */
export interface Memory<V> {
  /**
   * `kept`: all that was ever written. `new`: nothing, since nothing was ever written as far as the
   * storage can tell. `lost`: nothing, and what was written is gone or cannot be trusted.
   */
  readonly state: 'kept' | 'new' | 'lost';
  /** How many times this storage was written to. */
  readonly writeIndex: number;
  /** What was written, in order. Empty unless the memory is `kept`. */
  readonly writes: Iterable<Write<V>>;
}

/** The value that was chosen in an instance. */
export interface Decision<V> {
  readonly seq: number;
  readonly value: V;
}

/** The effects of one step, in the order in which the host must perform them. */
export interface Effects<V> {
  /** First, without waiting: what relies on no pending write. Requests, rejections and commit notices. */
  readonly sendNow: Envelope<V>[];
  /** Then: announcements to the host. A decision rests on votes that are durable already. */
  readonly decided: Decision<V>[];
  /** Then: every promise and vote of the turn, made durable together in one write. */
  readonly persist: DurableWrite<V>[];
  /** In the same write, or in a later one. */
  readonly note: Note<V>[];
  /** Last, once all of `persist`, of this step and those before it, is durable: what vouches for it. */
  readonly sendAfter: Envelope<V>[];
  /** Nothing above this was decided when the quorum read began that ends with this step. */
  readIndex: number | undefined;
  /** Why this peer must stop: others remember more of it than it does. All other effects are void then. */
  memoryLoss: string | undefined;
}

/** The effects of a step that does nothing. */
export function noEffects<V>(): Effects<V> {
  return {
    sendNow: [],
    decided: [],
    persist: [],
    note: [],
    sendAfter: [],
    readIndex: undefined,
    memoryLoss: undefined,
  };
}
