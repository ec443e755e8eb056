/** Logs when a check of readiness fails and when it passes again, and keeps since when. */
import type { Check } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { LineLimit } from './line-limit.ts';

/** A check that has never passed may fail for this long without a line, once nothing else explains it. */
const startGraceMs = 2000;
/** While it fails, the line is repeated this often. */
const repeatMs = 60_000;

export interface CheckLogOptions {
  readonly logger: Logger;
  readonly limit: LineLimit;
  /** The messages of the lines. */
  readonly lost: string;
  readonly regained: string;
  readonly nowMs: number;
}

export class CheckLog {
  readonly #options: CheckLogOptions;
  #passed = false;
  #sinceMs: number;
  #hasPassed = false;
  /** Since when it fails and no other check explains it, if it does. */
  #unexplainedMs: number | undefined;
  /** When the last line about the present failure was due. */
  #reportedMs: number | undefined;

  constructor(options: CheckLogOptions) {
    this.#options = options;
    this.#sinceMs = options.nowMs;
  }

  /** Whether it passed when it was last observed, and since when. */
  get state(): { readonly passed: boolean; readonly sinceMs: number } {
    return { passed: this.#passed, sinceMs: this.#sinceMs };
  }

  /** `isExplained`: another check failed too, whose line explains this one. */
  observe({ passed, detail }: Check, nowMs: number, isExplained: boolean): void {
    const forMs = nowMs - this.#sinceMs;
    if (passed !== this.#passed) {
      this.#passed = passed;
      this.#sinceMs = nowMs;
      if (passed) this.#onPassed(forMs, nowMs);
    }
    if (passed || isExplained) this.#unexplainedMs = undefined;
    else this.#onFailing(detail, nowMs);
  }

  #onPassed(failedForMs: number, nowMs: number): void {
    this.#hasPassed = true;
    if (this.#reportedMs === undefined) return;
    this.#reportedMs = undefined;
    const { logger, regained } = this.#options;
    this.#write(regained, nowMs, (omitted) =>
      logger.info({ afterMs: Math.round(failedForMs), ...omitted }, regained),
    );
  }

  #onFailing(detail: string, nowMs: number): void {
    const { logger, lost } = this.#options;
    this.#unexplainedMs ??= nowMs;
    if (!this.#hasPassed && nowMs - this.#unexplainedMs < startGraceMs) return;
    if (this.#reportedMs !== undefined && nowMs - this.#reportedMs < repeatMs) return;
    this.#reportedMs = nowMs;
    this.#write(lost, nowMs, (omitted) => logger.warn({ reason: detail, ...omitted }, lost));
  }

  #write(kind: string, nowMs: number, write: (omitted: { omitted?: number }) => void): void {
    const omitted = this.#options.limit.take(kind, nowMs);
    if (omitted !== undefined) write(omitted === 0 ? {} : { omitted });
  }
}
