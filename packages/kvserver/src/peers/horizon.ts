/**
 * How far ahead a number may plausibly be. Instances and rounds are a supply that lasts for ever only
 * if nobody wastes it: one damaged message must not carry the whole cluster to the end of its numbers.
 */
import type { Envelope } from '@paxkv/paxos/core';

/** Nobody is this many instances ahead of everybody else: they would all still be remembered. */
export const seqLeadMax = 2 ** 32;
/** Nobody loses this many contests more than everybody else: it would take decades. */
export const roundLeadMax = 2 ** 40;

export class Horizon {
  /** The highest instance that anyone mentioned; `undefined` before the first message. */
  #seq: number | undefined;
  #round = 0;

  /** Why `envelope` must be taken for damaged; `undefined` if its numbers are plausible. */
  complaint(envelope: Envelope<unknown>): string | undefined {
    // A server just started has no memory of how far the others are; the first message tells it.
    const seqLimit = (this.#seq ?? envelope.min) + seqLeadMax;
    if (highestSeq(envelope) > seqLimit) return `an instance beyond ${seqLimit}`;
    const roundLimit = this.#round + roundLeadMax;
    if (highestRound(envelope) > roundLimit) return `a round beyond ${roundLimit}`;
    return undefined;
  }

  /** Takes notice of a message sent, or found plausible. */
  note(envelope: Envelope<unknown>): void {
    this.#seq = Math.max(this.#seq ?? 0, highestSeq(envelope));
    this.#round = Math.max(this.#round, highestRound(envelope));
  }
}

function highestSeq({ done, min, message }: Envelope<unknown>): number {
  return Math.max(done, min, message.seq);
}

function highestRound({ message }: Envelope<unknown>): number {
  switch (message.type) {
    case 'promised':
      return Math.max(message.ballot.round, message.vote?.ballot.round ?? 0);
    case 'rejected':
      return Math.max(message.ballot.round, message.promised.round);
    case 'prepare':
    case 'accept':
    case 'accepted':
    case 'decided':
      return message.ballot.round;
    case 'learn':
    case 'learned':
    case 'forgotten':
      return 0;
  }
}
