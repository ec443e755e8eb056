/**
 * Derives the outcome of a request, which its caller gets, from its attempts. It guards the rule that a
 * write is reported as "not done" only if no server can have it. A read changes nothing, so a read that
 * fails is always "not done".
 */
import { KvError, type KvErrorCode, type Outcome, specOf } from '@paxkv/protocol';
import { ExchangeError } from '../environment.ts';
import type { RequestType } from '../request.ts';
import type { CallDeadline } from './deadlines.ts';

/** Errors of a server after which another attempt may succeed. Every other code is final. */
const retriedCodes: ReadonlySet<KvErrorCode> = new Set<KvErrorCode>([
  'KV_SLOW_REQUEST',
  'KV_INTERNAL',
  'KV_OVERLOADED',
  'KV_UNAVAILABLE',
  'KV_INTERRUPTED',
  'KV_TIMEOUT',
]);

/** What follows for the data. Each agrees with the outcome that goes with it. */
const mayHaveTakenEffect =
  'The write may have taken effect or may still do so: read before writing again.';
const consequences = {
  unknown: [mayHaveTakenEffect],
  write: ['The write was not done: no server took it.'],
  read: ['Nothing was read: the call can be repeated.'],
  session: [],
} as const;

/** An attempt that has no result yet. */
interface Unsettled {
  /** Whether the request still waits in the client, so that no server has it. */
  readonly isQueued: boolean;
}

export class AttemptsOutcome {
  readonly #type: RequestType;
  readonly #endpoints: readonly string[];
  #attemptCount = 0;
  #latest: { readonly endpoint: string; readonly attempt: Unsettled } | undefined;
  #wasLost = false;
  #refusal: KvError | undefined;
  #lastError: Error | undefined;
  /** The last error of each server that was asked. Created at the first failure. */
  #errors: Map<string, Error> | undefined;

  /** `endpoints`: the servers that may be asked, for messages. */
  constructor(type: RequestType, endpoints: readonly string[]) {
    this.#type = type;
    this.#endpoints = endpoints;
  }

  /** Whether a server may have the request without the client knowing the result. */
  get mayHaveArrived(): boolean {
    return this.#wasLost || this.#latest?.attempt.isQueued === false;
  }

  /** `attempt`, at `endpoint`, starts. */
  begin(endpoint: string, attempt: Unsettled): void {
    this.#attemptCount += 1;
    this.#latest = { endpoint, attempt };
  }

  /** The attempt at `endpoint` failed. @throws KvError if no further attempt can succeed. */
  fail(endpoint: string, error: unknown): void {
    this.#latest = undefined;
    if (error instanceof ExchangeError) {
      this.#wasLost ||= error.sent === 'maybe';
    } else if (error instanceof KvError && retriedCodes.has(error.code)) {
      this.#wasLost ||= error.outcome !== 'not done';
      this.#refusal = error;
    } else {
      throw error instanceof KvError ? this.#finalError(error) : error;
    }
    this.#lastError = error;
    this.#errors ??= new Map();
    this.#errors.set(endpoint, error);
  }

  /** The error of a call that ended without a reply, by its deadline or its signal. */
  ended(deadline: CallDeadline): KvError {
    if (deadline.end === 'aborted') {
      const message = this.#describe(`aborted by its signal after ${this.#attempts()}`);
      return new KvError('KV_ABORTED', message, {
        cause: deadline.reason,
        outcome: this.#outcome,
      });
    }
    return this.failed(`no reply within ${deadline.timeoutMs} ms, ${this.#attempts()}`);
  }

  /** The error of a call that makes no further attempt. `why` completes a message such as "put: …". */
  failed(why: string): KvError {
    const code = this.mayHaveArrived ? 'KV_TIMEOUT' : (this.#refusal?.code ?? 'KV_UNREACHABLE');
    const details = { cause: this.#lastError, outcome: this.#outcome };
    return new KvError(code, this.#describe(why), details);
  }

  get #kind(): 'read' | 'write' | 'session' {
    return this.#type === 'status' ? 'read' : specOf(this.#type).access;
  }

  get #outcome(): Outcome {
    return this.#mayHaveTakenEffect ? 'unknown' : 'not done';
  }

  get #mayHaveTakenEffect(): boolean {
    return this.mayHaveArrived && this.#kind === 'write';
  }

  /** Safety: the refusal of one attempt does not rule out that an earlier attempt arrived. */
  #finalError(error: KvError): KvError {
    const { code, outcome, message } = error;
    const isWrite = this.#kind === 'write';
    if (this.#mayHaveTakenEffect || (isWrite && outcome === 'unknown')) {
      const text = `${this.#type}: ${mayHaveTakenEffect} The last attempt failed: ${message}`;
      return new KvError(code, text, { cause: error, outcome: 'unknown' });
    }
    return outcome === 'unknown'
      ? new KvError(code, message, { cause: error, outcome: 'not done' })
      : error;
  }

  #describe(why: string): string {
    const kind = this.#mayHaveTakenEffect ? 'unknown' : this.#kind;
    return [`${this.#type}: ${why}.`, ...consequences[kind], this.#causes()].join(' ');
  }

  #causes(): string {
    return this.#endpoints.map((endpoint) => this.#causeAt(endpoint)).join('; ');
  }

  #causeAt(endpoint: string): string {
    const former = this.#errors?.get(endpoint)?.message;
    if (endpoint === this.#latest?.endpoint) {
      // The last attempt may have had too little time to fail; an earlier one says more.
      const before = former === undefined ? '' : ` (before: ${former})`;
      return `${endpoint} has not replied yet${before}`;
    }
    const message = former ?? 'not asked';
    return message.startsWith(endpoint) ? message : `${endpoint}: ${message}`;
  }

  #attempts(): string {
    return this.#attemptCount === 1 ? '1 attempt' : `${this.#attemptCount} attempts`;
  }
}
