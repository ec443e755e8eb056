/**
 * Counts rejected peer connections by reason, and logs them without letting them fill the log: a warning when the
 * reason changes, and at most one warning a second. Every other rejection is logged at level `debug`.
 */
import type { Logger } from 'pino';

export const rejectionIntervalMsMin = 1000;

export class RejectionLog {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  /** The last reason for each server; connections that did not identify themselves share `undefined`. */
  readonly #reasons = new Map<number | undefined, string>();
  readonly #counts = new Map<string, number>();
  #lastMs: number | undefined;

  /** `nowMs` never goes back. */
  constructor(logger: Logger, nowMs: () => number) {
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  /** Rejections since the start, by the name of the reason: its words before a colon, which are always ours. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** A connection from `node` was rejected; `undefined` if it did not identify itself. */
  reject(reason: string, node?: number): void {
    const [name = reason] = reason.split(':', 1);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    const nowMs = this.#nowMs();
    const isNew = this.#reasons.get(node) !== reason;
    const isTime = this.#lastMs === undefined || nowMs - this.#lastMs >= rejectionIntervalMsMin;
    if (isNew && isTime) {
      this.#reasons.set(node, reason);
      this.#lastMs = nowMs;
      this.#logger.warn({ node, reason }, 'peer connection refused');
    } else {
      this.#logger.debug({ node, reason }, 'peer connection refused');
    }
  }

  /** A connection from `node` was accepted, so its next rejection is new. */
  accept(node: number): void {
    this.#reasons.delete(node);
  }
}
