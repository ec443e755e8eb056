/**
 * What the host must do for a peer after a step, as plain data.
 *
 * The order of the fields is the safety argument, and `effect-loop.ts` is the one place that performs
 * it: nothing that vouches for a write leaves before that write is durable.
 */
import type { Ballot } from './ballot.ts';
import type { Envelope } from './messages/envelope.ts';

/** What a peer must not forget. A storage maps each of these to a record. */
export type DurableWrite<V> =
  /** This peer may have used rounds up to and including `round` in its own ballots. */
  | { readonly type: 'reserved'; readonly round: number }
  | { readonly type: 'promised'; readonly seq: number; readonly ballot: Ballot }
  /** A vote. It also raises the promise of its instance to `ballot`. */
  | { readonly type: 'accepted'; readonly seq: number; readonly ballot: Ballot; readonly value: V }
  /** The log promise. It holds in every instance, including those that do not exist yet. */
  | { readonly type: 'logPromised'; readonly ballot: Ballot }
  | OwnIncarnation
  | PeerRecords;

/** The incarnation this peer began when it last lost its memory. */
export interface OwnIncarnation {
  readonly type: 'incarnation';
  readonly incarnation: number;
  readonly attempt: number;
  /** Whether this is the first incarnation of this peer, as far as it knows. */
  readonly isNew: boolean;
  /** The peer takes part only in instances above this one. Absent before it is admitted: no part in any. */
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
  /** How often the peer's host lost its state in that incarnation, as far as is known. Absent for never. */
  readonly stateEpoch?: number;
  /** The latest incarnation that this peer admitted. */
  readonly admission?: Admission;
}

/** What is known of the incarnation of every peer, including this one. */
export interface PeerRecords {
  readonly type: 'peerRecords';
  readonly peers: readonly PeerRecord[];
}

/** A write that a crash may lose without harm: the peer can learn it again from others. */
export type Note<V> =
  /** A decision. Without `value`, the value is that of this peer's own vote in the instance. */
  | { readonly type: 'decided'; readonly seq: number; readonly value?: V }
  /** This peer has forgotten everything below `min`: all other writes about those instances may be dropped. */
  | { readonly type: 'forgotten'; readonly min: number }
  | PeerRecords;

/** Anything that a peer has its storage remember. */
export type Write<V> = DurableWrite<V> | Note<V>;

/** What a storage remembers. */
export interface Memory<V> {
  /**
   * `kept`: the storage remembers all that was ever written. `new`: it is empty, and as far as it can
   * tell nothing was ever written. `lost`: what was written is gone or cannot be trusted.
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
  /** First: messages that depend on no pending write, such as requests, rejections and commit notices. */
  readonly sendNow: Envelope<V>[];
  /** Second: decisions to announce to the host. The votes behind them are durable already. */
  readonly decided: Decision<V>[];
  /** With them, in order of seq: decisions that left memory although some peer may still need them. */
  readonly truncated: Decision<V>[];
  /** Third: every promise and vote of the turn, made durable together in one write. */
  readonly persist: DurableWrite<V>[];
  /** Notes to write, in the same write or in a later one. */
  readonly note: Note<V>[];
  /** Last: messages that vouch for `persist`. They wait until it is durable, for this and all earlier steps. */
  readonly sendAfter: Envelope<V>[];
  /** The result of a quorum read that ends with this step: nothing above it was decided when the read began. */
  readIndex: number | undefined;
  /** Set if others remember more of this peer than it does: the reason why it must stop. Voids all else. */
  memoryLoss: string | undefined;
}

/** The effects of a step that does nothing. */
export function noEffects<V>(): Effects<V> {
  return {
    sendNow: [],
    decided: [],
    truncated: [],
    persist: [],
    note: [],
    sendAfter: [],
    readIndex: undefined,
    memoryLoss: undefined,
  };
}
