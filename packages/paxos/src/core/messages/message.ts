/**
 * Every message of the protocol. Most are about one instance, named by its `seq`; some are about the
 * whole log and who leads it, and Admit and its answers are about a peer.
 *
 * ```text
 *   proposer        acceptors        learners
 *      │── Prepare ───▶│                │      phase 1: may I lead instance `seq` at `ballot`?
 *      │◀── Promised ──│                │        yes, and here is my latest vote, if any
 *      │◀── Rejected ──│                │        no, I promised a higher ballot
 *      │── Accept ────▶│                │      phase 2: vote for `value` at `ballot`
 *      │◀── Accepted ──│                │        voted
 *      │◀── Rejected ──│                │        no, I promised a higher ballot
 *      │── Decided ────┼───────────────▶│      news: a quorum voted at `ballot`, for ever
 *
 *   learner         any peer
 *      │── Learn ─────▶│                       catching up: what was decided from `seq` on?
 *      │◀── Learned ───│                         this, as far as I know
 *
 *   any peer        all others
 *      │── Survey ────▶│                       how far may anything have been decided by now?
 *      │◀── Surveyed ──│                         so far I voted
 *
 *   candidate       acceptors
 *      │── Canvass ───▶│                       does anyone still hear a leader?
 *      │◀── Endorsed ──│                         I do not
 *      │── Lead ──────▶│                       phase 1 for the whole log: may I lead at `ballot`?
 *      │◀── Followed ──│                         yes, and here are my latest votes
 *      │◀── Outbid ────│                         no, I promised a higher ballot for the log
 *      │── Heartbeat ─▶│                       I lead, and have nothing else to say
 *      │◀── Alive ─────│                         I hear you
 *      │── Succeed ───▶│                       news: I stop, take over
 *
 *   To any request about an instance (Prepare, Accept, Learn) the answer may also be
 *      Learned     it is decided already, and this is the value
 *      Forgotten   every peer was done with it; there is nothing left to agree on
 *
 *   without memory  any peer
 *      │── Admit ─────▶│                       I remember nothing: count nothing I said before this incarnation
 *      │◀── Admitted ──│                         noted for good; so far instances are known to me
 *      │◀── Outlived ──│                         no, there was a later incarnation of yours: choose a higher
 * ```
 *
 * Requests are imperatives, or news; answers are past tense. Each request has at most one answer.
 */
import type { Ballot, PeerId, Vote } from '../ballot.ts';
import type {
  Admit,
  Admitted,
  Heartbeat,
  HeartbeatAck,
  LogPromised,
  LogRejected,
  PrepareLog,
  PreVote,
  PreVoteGranted,
  ReadIndex,
  ReadIndexReply,
  StaleIncarnation,
  TransferLeadership,
} from './group.ts';

/** Phase 1(a), proposer to acceptors: promise to ignore ballots below this one. */
export interface Prepare {
  readonly type: 'prepare';
  readonly seq: number;
  readonly ballot: Ballot;
}

/** Phase 1(b), acceptor to proposer: the promise, with the acceptor's latest vote. */
export interface Promised<V> {
  readonly type: 'promised';
  readonly seq: number;
  /** The ballot promised to: the one of the Prepare. */
  readonly ballot: Ballot;
  /** Absent if this acceptor has not voted in the instance. */
  readonly vote?: Vote<V>;
}

/** Phase 2(a), proposer to acceptors: vote for this value. One value a ballot and instance. */
export interface Accept<V> {
  readonly type: 'accept';
  readonly seq: number;
  readonly ballot: Ballot;
  readonly value: V;
  /** News that rides along: from 1 to {@link outcomeCountMax}. */
  readonly decided?: readonly Outcome[];
  /** Beside news: up to here the proposer knows every decision, for those whom earlier news did not reach. */
  readonly knownUpTo?: number;
}

/**
 * An instance, with the ballot at which a quorum voted in it: it is decided, and whoever voted at that
 * ballot, or a higher one, has the value. Whoever did not asks for it.
 */
export interface Outcome {
  readonly seq: number;
  readonly ballot: Ballot;
}

/** What one Accept may carry beside its own instance. */
export const outcomeCountMax = 64;

/** Phase 2(b), acceptor to proposer: the vote was cast and is durable. */
export interface Accepted {
  readonly type: 'accepted';
  readonly seq: number;
  readonly ballot: Ballot;
}

/** Acceptor to proposer: a refusal. Paxos Made Simple §2.2, last paragraph: an optimisation. */
export interface Rejected {
  readonly type: 'rejected';
  readonly seq: number;
  /** The ballot refused: the one of the Prepare or Accept. */
  readonly ballot: Ballot;
  /** The higher ballot already promised: the number to beat. */
  readonly promised: Ballot;
  /** The ballot promised for the whole log, if that is what stands against the ballot refused. */
  readonly logPromise?: Ballot;
}

/** Proposer to learners: a quorum voted. Paxos Made Simple §2.3. */
export interface Decided<V> {
  readonly type: 'decided';
  readonly seq: number;
  /** The ballot at which the quorum voted. Beside a value it only tells how far the sender got. */
  readonly ballot: Ballot;
  /** Absent for a peer that was asked for its vote at `ballot`: it has the value already, or asks. */
  readonly value?: V;
}

/** Learner to a peer that is further: what was decided? */
export interface Learn {
  readonly type: 'learn';
  /** The first instance asked about. */
  readonly seq: number;
  /** How many consecutive instances are wanted, from 1 to {@link learnCountMax}. */
  readonly count: number;
}

/** Answer to any request about a decided instance. */
export interface Learned<V> {
  readonly type: 'learned';
  readonly seq: number;
  /** What was decided in `seq` and the instances right after it: at least one, at most asked for. */
  readonly values: readonly V[];
}

/** Instances one Learn may ask for, so that an answer stays a moderate multiple of one value. */
export const learnCountMax = 16;

/** Answer to any request about an instance below the sender's `min`. */
export interface Forgotten {
  readonly type: 'forgotten';
  readonly seq: number;
}

/** A request about one instance, or news of it. */
export type InstanceRequest<V> = Prepare | Accept<V> | Decided<V> | Learn;
/** An answer about one instance. */
export type InstanceAnswer<V> = Promised<V> | Accepted | Rejected | Learned<V> | Forgotten;
/** A message about one instance. */
export type InstanceMessage<V> = InstanceRequest<V> | InstanceAnswer<V>;

/** Any message that expects an answer, or announces a decision. */
export type Request<V> =
  | InstanceRequest<V>
  | Admit
  | ReadIndex
  | PreVote
  | PrepareLog
  | Heartbeat
  | TransferLeadership;
/** Any answer to a request. */
export type Answer<V> =
  | InstanceAnswer<V>
  | Admitted
  | StaleIncarnation
  | ReadIndexReply
  | PreVoteGranted
  | LogPromised<V>
  | LogRejected
  | HeartbeatAck;
/** Any message between peers. */
export type Message<V> = Request<V> | Answer<V>;

/**
 * How much the sender remembers, and knows of what others should. So a peer that lost some or all of
 * its memory is found out, and nothing it said before is counted any more.
 */
export interface MemoryMark {
  /** The latest incarnation of each peer known to the sender, its own included. 0: it never lost its memory. */
  readonly incarnations: readonly number[];
  /** How many writes of this incarnation the sender has made durable. */
  readonly writeIndex: number;
  /** The highest `turn` heard from the addressee, in the incarnation given here. */
  readonly acknowledgedIndex: number;
}

/**
 * A message on its way. `done` and `min` ride along on every one, requests and answers alike, so
 * that forgetting costs no message of its own.
 */
export interface Envelope<V> {
  readonly from: PeerId;
  readonly to: PeerId;
  /** The highest seq the sender's host is done with, or −1. */
  readonly done: number;
  /** The sender's `min()`: below it, every peer is done. True for ever, so a receiver may adopt it. */
  readonly min: number;
  readonly mark: MemoryMark;
  readonly message: Message<V>;
}

/** The instance a message is about, if it is about one. */
export function seqOf(message: Message<unknown>): number | undefined {
  return 'seq' in message ? message.seq : undefined;
}

/** Whether a message answers another. A transport over calls sends answers back on the same call. */
export function isAnswer<V>(message: Message<V>): message is Answer<V> {
  switch (message.type) {
    case 'promised':
    case 'accepted':
    case 'rejected':
    case 'learned':
    case 'forgotten':
    case 'admitted':
    case 'staleIncarnation':
    case 'preVoteGranted':
    case 'logPromised':
    case 'logRejected':
    case 'heartbeatAck':
    case 'readIndexReply':
      return true;
    case 'prepare':
    case 'accept':
    case 'decided':
    case 'learn':
    case 'admit':
    case 'preVote':
    case 'prepareLog':
    case 'heartbeat':
    case 'transferLeadership':
    case 'readIndex':
      return false;
  }
}
