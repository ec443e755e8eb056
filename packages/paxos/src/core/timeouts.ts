/**
 * How long to wait before a request is sent again. The waits are random, which ends a duel of proposers
 * (Paxos Made Simple §2.4 leaves progress to an election or to timeouts).
 */
import type { Random } from '../environment.ts';
import { RoundTripEstimator } from './round-trip-estimator.ts';

const retryDelayMsMin = 10;
const retryDelayMsMax = 500;
const resendDelayMsMin = 100;
const resendDelayMsMax = 800;

/** Delays in milliseconds. `attempt` is 0 for the first try. */
export class RetryDelays {
  readonly #random: Random;
  readonly #roundTrips = new RoundTripEstimator({
    waitMsMin: resendDelayMsMin,
    waitMsMax: resendDelayMsMax,
  });

  constructor(random: Random) {
    this.#random = random;
  }

  /** The delay after a rejection or a sign of loss. It is short and random, and grows with each attempt. */
  beforeRetry(attempt: number): number {
    return doubled(retryDelayMsMin, retryDelayMsMax, attempt) * this.#random.next();
  }

  /** The delay while answers may still come. It is random, and long enough for a busy disk. */
  beforeResend(attempt: number): number {
    const delayMs = doubled(this.#roundTrips.waitMs, resendDelayMsMax, attempt);
    return delayMs * (0.75 + 0.5 * this.#random.next());
  }

  /** A request that was sent only once was answered after this time. */
  onAnswer(afterMs: number): void {
    this.#roundTrips.onAnswer(afterMs);
  }

  /** Requests had to be sent again. */
  onResent(): void {
    this.#roundTrips.onResent();
  }

  snapshot() {
    return this.#roundTrips.snapshot();
  }

  resume(snapshot: ReturnType<RetryDelays['snapshot']>): void {
    this.#roundTrips.resume(snapshot);
  }
}

function doubled(first: number, max: number, attempt: number): number {
  return Math.min(max, first * 2 ** attempt);
}

/** The earliest of the times that are set, if any is. */
export function earliest(times: Iterable<number | undefined>): number | undefined {
  let first: number | undefined;
  for (const time of times) {
    if (time !== undefined) first = Math.min(first ?? time, time);
  }
  return first;
}
