/**
 * Answer time: how long to wait for an answer before it counts as lost, by how long answers took of late.
 * Whoever is only slow is not to be drowned in repetitions. As TCP times its retransmissions (RFC 6298):
 * a few times the slowest answer, and twice as long after each repetition until an answer comes again.
 */

/** A wait is so many times as long as answers take. */
const answerTimes = 3;
/** What remains, with each answer that came sooner, of the time that the slowest one took. */
const slownessKept = 0.9;

/** The shortest and the longest wait, in milliseconds. */
export interface RoundTripLimits {
  readonly waitMsMin: number;
  readonly waitMsMax: number;
}

/** Estimates how long to wait for an answer before the request is repeated. */
export class RoundTripEstimator {
  readonly #limits: RoundTripLimits;
  /** Of the slowest answer of late. */
  #slowestMs = 0;
  #waitMs: number;

  constructor(limits: RoundTripLimits) {
    this.#limits = limits;
    this.#waitMs = limits.waitMsMin;
  }

  /** How long to wait, in milliseconds, within the limits. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** What was asked once was answered after so long. Of what was asked twice nobody knows which was answered. */
  onAnswer(afterMs: number): void {
    this.#slowestMs = Math.max(afterMs, slownessKept * this.#slowestMs);
    this.#wait(answerTimes * this.#slowestMs);
  }

  /** Something had to be asked again. */
  onResent(): void {
    this.#wait(2 * this.#waitMs);
  }

  #wait(ms: number): void {
    const { waitMsMin, waitMsMax } = this.#limits;
    this.#waitMs = Math.min(waitMsMax, Math.max(waitMsMin, ms));
  }
}
