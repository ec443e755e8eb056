/** The highest numbers that a message names: what it would make its receiver believe. */
import type { Ballot } from '../ballot.ts';
import type { Envelope } from '../messages/envelope.ts';
import type { Message } from '../messages/message.ts';

/**
 * The highest seq in which something was proposed, voted or decided, by this message; −1 for none. What only tells
 * how far a peer has come is not among them: see {@link trimmed}.
 */
export function highestSeq<V>(message: Message<V>): number {
  switch (message.type) {
    case 'accept':
      return (message.decided ?? []).reduce((max, { seq }) => Math.max(max, seq), message.seq);
    case 'learned':
      return message.seq + message.values.length - 1;
    case 'logPromised':
      return message.votes.reduce((max, { seq }) => Math.max(max, seq), message.firstSeq - 1);
    case 'readIndexReply':
      return message.readIndex;
    default:
      return 'seq' in message ? message.seq : -1;
  }
}

/** The highest round in this message, or 0. */
export function highestRound<V>(message: Message<V>): number {
  const own = 'ballot' in message ? message.ballot.round : 0;
  switch (message.type) {
    case 'promised':
      return Math.max(own, message.vote?.ballot.round ?? 0);
    case 'rejected':
      return Math.max(own, message.promised.round, message.logPromise?.round ?? 0);
    case 'logRejected':
      return Math.max(own, message.promised.round);
    case 'accept':
      return (message.decided ?? []).reduce((max, { ballot }) => Math.max(max, ballot.round), own);
    case 'logPromised':
      return message.votes.reduce((max, { vote }) => Math.max(max, vote.ballot.round), own);
    case 'admitted':
      return message.round;
    default:
      return own;
  }
}

/** The ballot of a message that only its proposer sends. */
export function ownBallot<V>(message: Message<V>): Ballot | undefined {
  switch (message.type) {
    case 'prepare':
    case 'accept':
    case 'prepareLog':
    case 'heartbeat':
    case 'transferLeadership':
      return message.ballot;
    default:
      return undefined;
  }
}

/**
 * The envelope with nothing above `limit` in what it tells of how far its sender has come, which is safe to
 * underestimate. What the sender says that it has forgotten is about the sender alone, and stays.
 */
export function trimmed<V>(envelope: Envelope<V>, limit: number): Envelope<V> {
  const { done, floor, everyPeerMin, message } = envelope;
  const trim = (seq: number) => Math.min(seq, limit);
  if (Math.max(done, floor, everyPeerMin, knownUpToOf(message)) <= limit) return envelope;
  return {
    ...envelope,
    ...{ done: trim(done), floor: trim(floor), everyPeerMin: trim(everyPeerMin) },
    message: trimmedMessage(message, limit),
  };
}

function knownUpToOf<V>(message: Message<V>): number {
  return 'knownUpTo' in message ? (message.knownUpTo ?? -1) : -1;
}

function trimmedMessage<V>(message: Message<V>, limit: number): Message<V> {
  if (knownUpToOf(message) <= limit) return message;
  switch (message.type) {
    case 'accept':
    case 'heartbeat':
    case 'readIndexReply':
      return { ...message, knownUpTo: limit };
    default:
      return message;
  }
}
