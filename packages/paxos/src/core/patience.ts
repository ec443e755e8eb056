/**
 * Patience: how long to wait before asking again, in milliseconds. Waiting a random time is what ends
 * a duel of proposers (Paxos Made Simple §2.4 leaves progress to an election or to chance). And whoever
 * is slow is not to be drowned in repetitions: the wait for an answer follows how long answers take, as
 * the retransmission timer of TCP does (RFC 6298).
 */
import type { Random } from '../environment.ts';

const retryDelayMsMin = 10;
const retryDelayMsMax = 500;
const resendDelayMsMin = 100;
const resendDelayMsMax = 800;
/** The first wait for an answer is so many times as long as answers take. */
const answerTimes = 3;
/** What remains, with each answer that came sooner, of the time that the slowest one took. */
const slownessKept = 0.9;

export class Patience {
  readonly #random: Random;
  /** Of the slowest answer of late. */
  #answerMs = 0;
  /** Doubled whenever it was too short, until an answer shows how long they take. */
  #resendDelayMs = resendDelayMsMin;

  constructor(random: Random) {
    this.#random = random;
  }

  /** After a refusal, or a sign that a request was lost: short, random, longer with each attempt. */
  beforeRetry(attempt: number): number {
    return doubled(retryDelayMsMin, retryDelayMsMax, attempt) * this.#random.next();
  }

  /** While answers may still come: long enough for a busy disk, and never the same for two peers. */
  beforeResend(attempt: number): number {
    const delayMs = doubled(this.#resendDelayMs, resendDelayMsMax, attempt);
    return delayMs * (0.75 + 0.5 * this.#random.next());
  }

  /** A request that was sent once was answered after so long; of others nobody knows which was answered. */
  answered(afterMs: number): void {
    this.#answerMs = Math.max(afterMs, slownessKept * this.#answerMs);
    this.#resendDelayMs = bounded(answerTimes * this.#answerMs);
  }

  /** Requests had to be sent again. */
  repeated(): void {
    this.#resendDelayMs = bounded(2 * this.#resendDelayMs);
  }
}

function bounded(delayMs: number): number {
  return Math.min(resendDelayMsMax, Math.max(resendDelayMsMin, delayMs));
}

function doubled(first: number, max: number, attempt: number): number {
  return Math.min(max, first * 2 ** Math.min(attempt, 30));
}

/** Of the times at which something wants to be done, if anything does. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const time of times) {
    if (time !== undefined && (first === undefined || time < first)) first = time;
  }
  return first === Infinity ? undefined : first;
}
