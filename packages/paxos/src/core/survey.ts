/**
 * Survey: how far may anything have been decided by now? A quorum tells how far it voted; any decision
 * made before the question has a voter among them. So who has applied all up to the highest answer has
 * missed nothing that was acknowledged before it asked.
 */

import type { Random } from '../environment.ts';
import type { Agreement } from './agreement.ts';
import type { PeerId } from './ballot.ts';
import type { Survey as Request, Surveyed } from './group-messages.ts';
import type { Outbox } from './outbox.ts';
import type { Patience } from './patience.ts';
import { quorumSize } from './quorum.ts';

/** Where polls begin to count is drawn from this many: two runs of a peer never ask under one number. */
const firstPollCount = 2 ** 48;

export interface SurveyOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly patience: Patience;
  readonly random: Random;
  readonly agreement: Pick<Agreement<unknown>, 'votedUpTo' | 'noteMax'>;
}

/** One question on its way. */
interface Poll {
  readonly number: number;
  readonly answers: Map<PeerId, number>;
  attempt: number;
  wakeAt: number;
}

export class Survey {
  readonly #options: SurveyOptions;
  #pollNumber: number;
  #poll: Poll | undefined;

  constructor(options: SurveyOptions) {
    this.#options = options;
    // Safety: an answer to an earlier run of this peer may still be on its way.
    this.#pollNumber = Math.floor(options.random.next() * firstPollCount);
  }

  /** Asks all others. One question is under way at a time: a later one takes the place of an earlier. */
  begin<V>(now: number, outbox: Outbox<V>): void {
    const { me, patience, agreement } = this.#options;
    this.#pollNumber += 1;
    const wakeAt = now + patience.beforeResend(0);
    const answers = new Map([[me, agreement.votedUpTo]]);
    this.#poll = { number: this.#pollNumber, answers, attempt: 0, wakeAt };
    this.#ask(this.#poll, outbox);
    this.#conclude(outbox);
  }

  onSurvey<V>(from: PeerId, { poll }: Request, outbox: Outbox<V>): void {
    const upTo = this.#options.agreement.votedUpTo;
    outbox.sendNow(from, { type: 'surveyed', poll, upTo });
  }

  onSurveyed<V>(from: PeerId, { poll, upTo }: Surveyed, outbox: Outbox<V>): void {
    // Safety: an answer to an earlier question knows nothing of what was decided since.
    if (this.#poll?.number !== poll) return;
    this.#poll.answers.set(from, upTo);
    this.#conclude(outbox);
  }

  /** What this peer said was said in a life that is over. */
  disregard(peer: PeerId): void {
    this.#poll?.answers.delete(peer);
  }

  wake<V>(now: number, outbox: Outbox<V>): void {
    const poll = this.#poll;
    if (!poll || poll.wakeAt > now) return;
    poll.attempt += 1;
    poll.wakeAt = now + this.#options.patience.beforeResend(poll.attempt);
    this.#ask(poll, outbox);
  }

  wakeAt(): number | undefined {
    return this.#poll?.wakeAt;
  }

  #ask<V>({ number, answers }: Poll, outbox: Outbox<V>): void {
    for (let to = 0; to < this.#options.peerCount; to += 1) {
      if (!answers.has(to)) outbox.sendNow(to, { type: 'survey', poll: number });
    }
  }

  #conclude<V>(outbox: Outbox<V>): void {
    const { peerCount, agreement } = this.#options;
    const answers = this.#poll?.answers;
    if (!answers || answers.size < quorumSize(peerCount)) return;
    this.#poll = undefined;
    const upTo = Math.max(...answers.values());
    agreement.noteMax(upTo);
    outbox.surveyed(upTo);
  }
}
