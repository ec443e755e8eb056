/**
 * Plausibility bounds for instances and rounds. Both ranges are practically inexhaustible while they advance
 * one by one, but a single damaged message must not take the whole cluster to their end.
 */
import type { PeerId } from '@paxkv/paxos';
import { type Envelope, type Message, type Outcome, seqOf } from '@paxkv/paxos/core';

export interface PlausibilityLimits {
  /** A correct server is less than this many instances ahead of the highest one seen so far. */
  readonly seqAheadMax: number;
  /** The same for the rounds of ballots. */
  readonly roundAheadMax: number;
}

export class PlausibilityBounds {
  readonly #limits: PlausibilityLimits;
  /** The highest instance in any message. */
  #seq = 0;
  #round = 0;
  /** The senders of messages so far, this server included. */
  readonly #heard = new Set<PeerId>();

  constructor(limits: PlausibilityLimits) {
    this.#limits = limits;
  }

  /** Why `envelope` must be damaged; `undefined` if its numbers are plausible. */
  refusalReason(envelope: Envelope<unknown>): string | undefined {
    // A server that has just started learns from the first message of each other one how far the others are. What it
    // sends itself says nothing of that: its disk may be new.
    const isFirst = !this.#heard.has(envelope.from);
    const seqLimit = Math.max(this.#seq, isFirst ? envelope.floor : 0) + this.#limits.seqAheadMax;
    if (highestSeq(envelope) > seqLimit) return `an instance above ${seqLimit}`;
    const roundLimit = this.#round + this.#limits.roundAheadMax;
    if (highestRound(envelope) > roundLimit) return `a round above ${roundLimit}`;
    return undefined;
  }

  /** Records the numbers of a message that was sent, or received and found plausible. */
  observe(envelope: Envelope<unknown>): void {
    this.#heard.add(envelope.from);
    this.#seq = Math.max(this.#seq, highestSeq(envelope));
    this.#round = Math.max(this.#round, highestRound(envelope));
  }
}

function highestSeq({ done, floor, min, everyPeerMin, message }: Envelope<unknown>): number {
  const named = namedSeq(message);
  return Math.max(done, floor, min, everyPeerMin, named ?? -1);
}

function namedSeq(message: Message<unknown>): number | undefined {
  switch (message.type) {
    case 'admitted':
      return message.max;
    case 'readIndexReply':
      return Math.max(message.readIndex, message.knownUpTo);
    case 'heartbeat':
      return message.knownUpTo;
    case 'accept':
      return Math.max(
        message.knownUpTo ?? -1,
        highest(message.seq, message.decided, ({ seq }) => seq),
      );
    default:
      return seqOf(message);
  }
}

function highestRound({ message }: Envelope<unknown>): number {
  switch (message.type) {
    case 'promised':
      return Math.max(message.ballot.round, message.vote?.ballot.round ?? 0);
    case 'rejected':
      return Math.max(message.ballot.round, message.promised.round);
    case 'accept':
      return highest(message.ballot.round, message.decided, ({ ballot }) => ballot.round);
    case 'prepare':
    case 'accepted':
    case 'decided':
    case 'prepareLog':
    case 'logPromised':
    case 'heartbeat':
    case 'heartbeatAck':
    case 'transferLeadership':
      return message.ballot.round;
    case 'logRejected':
      return Math.max(message.ballot.round, message.promised.round);
    case 'admitted':
      return message.round;
    case 'learn':
    case 'learned':
    case 'forgotten':
    case 'admit':
    case 'staleIncarnation':
    case 'preVote':
    case 'preVoteGranted':
    case 'readIndex':
    case 'readIndexReply':
      return 0;
  }
}

function highest(
  own: number,
  outcomes: readonly Outcome[] = [],
  numberOf: (outcome: Outcome) => number,
): number {
  return outcomes.reduce((max, outcome) => Math.max(max, numberOf(outcome)), own);
}
