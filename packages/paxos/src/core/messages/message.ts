/**
 * Every message of the protocol.
 *
 * ```text
 *   proposer         acceptors        learners
 *      │── Prepare ─────▶│                │    phase 1a: promise to ignore ballots below `ballot` in `seq`
 *      │◀── Promised ────│                │    phase 1b: promised; here is my latest vote, if any
 *      │◀── Rejected ────│                │              refused: I promised a higher ballot
 *      │── Accept ──────▶│                │    phase 2a: vote for `value` at `ballot`
 *      │◀── Accepted ────│                │    phase 2b: voted
 *      │◀── Rejected ────│                │              refused: I promised a higher ballot
 *      │── Decided ──────┼───────────────▶│    commit notice: a quorum voted at `ballot`
 *
 *   Any request about an instance (Prepare, Accept, Learn) may also be answered with
 *      Learned      it is decided already, and this is the value
 *      Forgotten    every peer was done with it; there is nothing left to agree on
 *
 *   learner          any peer
 *      │── Learn ───────▶│                     catch-up: what was decided from `seq` on?
 *      │◀── Learned ─────│                       these values, as far as I know
 *
 *   any peer         any other peer
 *      │── ReadIndex ───▶│                     quorum read: how far may anything have been decided?
 *      │◀─ ReadIndexReply│                       so far I voted
 *
 *   candidate        acceptors
 *      │── PreVote ─────▶│                     do you see a leader?
 *      │◀─ PreVoteGranted│                       no
 *      │── PrepareLog ──▶│                     phase 1a for the whole log
 *      │◀── LogPromised ─│                     phase 1b: promised; here are my votes
 *      │◀── LogRejected ─│                               refused: I promised a higher ballot for the log
 *   leader           followers
 *      │── Heartbeat ───▶│                     I lead, and have nothing else to send
 *      │◀── HeartbeatAck │                       received
 *      │◀── LogRejected ─│                       you were superseded
 *      │─ TransferLeadership ▶ (to one)        I stop: become a candidate at once
 *
 *   peer without memory   any other peer
 *      │── Admit ───────▶│                     I begin a new incarnation: count nothing I said before
 *      │◀── Admitted ────│                       recorded durably; I know of instances up to `max`
 *      │◀── StaleIncarnation                     refused: I recorded one as high; choose a higher one
 * ```
 *
 * A request has at most one answer. `Decided` and `TransferLeadership` have none.
 */
import type { Decided, Forgotten, Learn, Learned, ReadIndex, ReadIndexReply } from './commit.ts';
import type { Accept, Accepted, Prepare, Promised, Rejected } from './instance.ts';
import type {
  Heartbeat,
  HeartbeatAck,
  LogPromised,
  LogRejected,
  PrepareLog,
  PreVote,
  PreVoteGranted,
  TransferLeadership,
} from './leader.ts';
import type { Admit, Admitted, StaleIncarnation } from './recovery.ts';

/** A request about one instance, or a commit notice. */
export type InstanceRequest<V> = Prepare | Accept<V> | Decided<V> | Learn;
/** An answer about one instance. */
export type InstanceAnswer<V> = Promised<V> | Accepted | Rejected | Learned<V> | Forgotten;
/** A message about one instance. */
export type InstanceMessage<V> = InstanceRequest<V> | InstanceAnswer<V>;

/** A message about who leads. */
export type LeaderMessage<V> =
  | PreVote
  | PreVoteGranted
  | PrepareLog
  | LogPromised<V>
  | LogRejected
  | Heartbeat
  | HeartbeatAck
  | TransferLeadership;

/** Any message that is no answer. Decided and TransferLeadership expect no answer. */
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

/** The instance a message is about, if it is about one. */
export function seqOf(message: Message<unknown>): number | undefined {
  return 'seq' in message ? message.seq : undefined;
}

/** The values of the log in a message. */
export function valuesIn<V>(message: Message<V>): readonly V[] {
  switch (message.type) {
    case 'accept':
      return [message.value];
    case 'decided':
      return message.value === undefined ? none : [message.value];
    case 'learned':
      return message.values;
    case 'promised':
      return message.vote === undefined ? none : [message.vote.value];
    case 'logPromised':
      return message.votes.map(({ vote }) => vote.value);
    default:
      return none;
  }
}

const none: readonly never[] = [];

/** Whether a message answers another. A transport that uses calls returns answers on the same call. */
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
