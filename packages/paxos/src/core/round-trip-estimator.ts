/**
 * How long to wait for an answer before it counts as lost, estimated from recent response times. This
 * keeps a slow peer from being flooded with repeated requests. The scheme is that of TCP's
 * retransmission timer (RFC 6298): a few times the slowest recent response, doubled with each repetition
 * until an answer comes again.
 */

/** The wait is this multiple of the slowest recent response time. */
const waitPerResponseTime = 3;
/** How much of the slowest response time remains after each faster response. */
const slowestDecay = 0.9;

/** Bounds of the wait, in milliseconds. */
export interface RoundTripLimits {
  readonly waitMsMin: number;
  readonly waitMsMax: number;
}

/** Estimates how long to wait for an answer before a request is sent again. */
export class RoundTripEstimator {
  readonly #limits: RoundTripLimits;
  /** The slowest recent response time; it decays. */
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

  /**
   * A request was answered after this time. Call it only for requests that were sent once: after a
   * repetition it is unknown which copy was answered.
   */
  onAnswer(afterMs: number): void {
    this.#slowestMs = Math.max(afterMs, slowestDecay * this.#slowestMs);
    this.#setWait(waitPerResponseTime * this.#slowestMs);
  }

  /** A request had to be sent again. */
  onResent(): void {
    this.#setWait(2 * this.#waitMs);
  }

  /** What it has learned, as plain data. */
  snapshot() {
    return { slowestMs: this.#slowestMs, waitMs: this.#waitMs };
  }

  /** Takes over what another one has learned. */
  resume({ slowestMs, waitMs }: ReturnType<RoundTripEstimator['snapshot']>): void {
    this.#slowestMs = slowestMs;
    this.#waitMs = waitMs;
  }

  #setWait(ms: number): void {
    const { waitMsMin, waitMsMax } = this.#limits;
    this.#waitMs = Math.min(waitMsMax, Math.max(waitMsMin, ms));
  }
}
