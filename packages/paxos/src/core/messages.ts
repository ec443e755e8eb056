/**
 * Every message of the protocol. Each is about one instance, named by its `seq`; only Admit and its
 * answers are about a peer.
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
 *   To any request about an instance (Prepare, Accept, Learn) the answer may also be
 *      Learned     it is decided already, and this is the value
 *      Forgotten   every peer was done with it; there is nothing left to agree on
 *
 *   without memory  any peer
 *      │── Admit ─────▶│                       I remember nothing: count nothing I said before this life
 *      │◀── Admitted ──│                         noted for good; so far instances are known to me
 *      │◀── Outlived ──│                         no, there was a later life of yours: choose a higher
 * ```
 *
 * Requests are imperatives, or news; answers are past tense. Each request has at most one answer.
 */
import type { Ballot, PeerId } from './ballot.ts';

/** What an acceptor accepted. Paxos Made Simple §2.2: an accepted proposal. */
export interface Vote<V> {
  readonly ballot: Ballot;
  readonly value: V;
}

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
}

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
}

/** Proposer to learners: a quorum voted. Paxos Made Simple §2.3. */
export interface Decided<V> {
  readonly type: 'decided';
  readonly seq: number;
  /** The ballot at which the quorum voted. Beside a value it only tells how far the sender got. */
  readonly ballot: Ballot;
  /** Absent for a peer known to have voted at `ballot`: it has the value already. */
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

/**
 * A peer without memory to all others: I begin a new life. Paxos Made Live §5.1: a replica with a
 * damaged disk takes no part until nothing it may have promised can matter any more.
 */
export interface Admit {
  readonly type: 'admit';
  /** From 1. Above every life of this peer that any quorum knows of, or it will be refused. */
  readonly life: number;
  /** Drawn by chance: tells one try at a life from another's. */
  readonly attempt: number;
}

/** Answer to Admit: the new life is recorded, durably, and nothing said before it is counted here. */
export interface Admitted {
  readonly type: 'admitted';
  readonly life: number;
  readonly attempt: number;
  /** Whether the sender has memory itself: it takes part, and knows in what it took part. */
  readonly isMember: boolean;
  /** Whether the sender never admitted this peer before. */
  readonly isNew: boolean;
  /** The highest seq the sender knew of when it answered, or −1. */
  readonly max: number;
}

/** Answer to Admit: a life as high as that is taken. */
export interface Outlived {
  readonly type: 'outlived';
  readonly life: number;
  readonly attempt: number;
  /** The latest life of that peer known to the sender. */
  readonly latest: number;
}

/** A request about one instance, or news of it. */
export type InstanceRequest<V> = Prepare | Accept<V> | Decided<V> | Learn;
export type InstanceAnswer<V> = Promised<V> | Accepted | Rejected | Learned<V> | Forgotten;
/** A message about one instance. */
export type InstanceMessage<V> = InstanceRequest<V> | InstanceAnswer<V>;

export type Request<V> = InstanceRequest<V> | Admit;
export type Answer<V> = InstanceAnswer<V> | Admitted | Outlived;
export type Message<V> = Request<V> | Answer<V>;

/**
 * How much the sender remembers, and knows of what others should. So a peer that lost some or all of
 * its memory is found out, and nothing it said before is counted any more.
 */
export interface MemoryMark {
  /** The latest life of each peer known to the sender, its own included. 0: it never lost its memory. */
  readonly lives: readonly number[];
  /** How many writes of this life the sender has made durable. */
  readonly turn: number;
  /** The highest `turn` heard from the addressee, in the life given here. */
  readonly heard: number;
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
    case 'outlived':
      return true;
    case 'prepare':
    case 'accept':
    case 'decided':
    case 'learn':
    case 'admit':
      return false;
  }
}
