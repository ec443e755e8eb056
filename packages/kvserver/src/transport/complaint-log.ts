/**
 * Says what is wrong with those who call, without letting them fill the log: once for each change, and
 * never more than a line a second. The rest goes to `debug`.
 */
import type { Logger } from 'pino';

export const complaintIntervalMsMin = 1000;

export class ComplaintLog {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  /** The last complaint about each server; those that did not say who they are share `undefined`. */
  readonly #reasons = new Map<number | undefined, string>();
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `nowMs` never goes back. */
  constructor(logger: Logger, nowMs: () => number) {
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  /** Something is wrong with a connection from `node`, or from a stranger. */
  complain(reason: string, node?: number): void {
    const nowMs = this.#nowMs();
    const isNews = this.#reasons.get(node) !== reason;
    const isTime = nowMs - this.#lastMs >= complaintIntervalMsMin;
    if (isNews && isTime) {
      this.#reasons.set(node, reason);
      this.#lastMs = nowMs;
      this.#logger.warn({ node, reason }, 'peer connection refused');
    } else {
      this.#logger.debug({ node, reason }, 'peer connection refused');
    }
  }

  /** `node` is in order again: the next complaint about it is news. */
  forgive(node: number): void {
    this.#reasons.delete(node);
  }
}
