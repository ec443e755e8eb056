/**
 * What the attempts of one request have told so far, and what follows for its outcome. It guards the
 * rule that "not done" is said only when no server can have the request.
 */
import type { KvErrorCode } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { ExchangeError } from '../environment.ts';
import type { Patience } from './call-deadline.ts';

/** Another attempt, perhaps elsewhere, may go better. All other codes of a server are its last word. */
const retriedCodes: ReadonlySet<KvErrorCode> = new Set<KvErrorCode>([
  'KV_SLOW_REQUEST',
  'KV_INTERNAL',
  'KV_OVERLOADED',
  'KV_UNAVAILABLE',
  'KV_INTERRUPTED',
  'KV_TIMEOUT',
]);

export class Tally {
  readonly #name: string;
  #attemptCount = 0;
  #isUnderWay = false;
  #wasLost = false;
  #refusal: KvError | undefined;
  #lastError: Error | undefined;

  /** `name` says what was asked, for messages. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Whether some server may have the request, with a result that nobody has heard of. */
  get mayHaveArrived(): boolean {
    return this.#isUnderWay || this.#wasLost;
  }

  /** An attempt goes out. */
  began(): void {
    this.#attemptCount += 1;
    this.#isUnderWay = true;
  }

  /** The attempt failed. @throws KvError if the server's answer makes another attempt useless. */
  failed(error: unknown): void {
    this.#isUnderWay = false;
    if (error instanceof ExchangeError) {
      this.#wasLost ||= error.sent === 'maybe';
    } else if (error instanceof KvError && retriedCodes.has(error.code)) {
      this.#wasLost ||= error.outcome !== 'not done';
      this.#refusal = error;
    } else {
      throw error instanceof KvError ? this.#lastWord(error) : error;
    }
    this.#lastError = error;
  }

  /** What the caller is told once patience has ended. */
  verdict(patience: Patience): KvError {
    if (patience.end === 'aborted') {
      const outcome = this.mayHaveArrived ? 'unknown' : 'not done';
      const message = `${this.#name}: called off after ${this.#attempts()}`;
      return new KvError('KV_ABORTED', message, { cause: patience.reason, outcome });
    }
    return this.failure(`no reply within ${patience.timeoutMs} ms, ${this.#attempts()}`);
  }

  /** What the caller is told who makes no further attempt; `what` says why. */
  failure(what: string): KvError {
    const code = this.mayHaveArrived ? 'KV_TIMEOUT' : (this.#refusal?.code ?? 'KV_UNREACHABLE');
    const outcome = this.mayHaveArrived ? 'unknown' : 'not done';
    const meaning = this.mayHaveArrived
      ? 'A server may have the request, so it may have taken effect or still do so.'
      : 'No server took the request: nothing was done.';
    const last = this.#lastError === undefined ? '' : ` Last: ${this.#lastError.message}`;
    const message = `${this.#name}: ${what}. ${meaning}${last}`;
    return new KvError(code, message, { cause: this.#lastError, outcome });
  }

  /** Safety: a refusal of this attempt says nothing of an earlier one that may have arrived. */
  #lastWord(error: KvError): KvError {
    if (!this.mayHaveArrived) {
      return error;
    }
    const message = `${error.message} (an earlier attempt may have taken effect)`;
    return new KvError(error.code, message, { cause: error, outcome: 'unknown' });
  }

  #attempts(): string {
    return this.#attemptCount === 1 ? '1 attempt' : `${this.#attemptCount} attempts`;
  }
}
