/**
 * Sends a request until a server replies or the call ends. It tries every server, then waits and starts
 * again. That is safe for requests that may arrive more than once: reads, and writes with a session
 * stamp.
 */

import { KvError } from '@paxkv/protocol';
import {
  errorAttributes,
  operationAttributes,
  serverAttributes,
} from '../diagnostics/attributes.ts';
import type { ClientEvents } from '../diagnostics/client-events.ts';
import type { Environment } from '../environment.ts';
import type { ReplyTo, Request, RequestType } from '../request.ts';
import { AttemptsOutcome } from './attempts-outcome.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import type { CallDeadline, DeadlineTimer } from './deadlines.ts';
import type { Endpoints } from './endpoints.ts';
import { type AttemptOptions, type AttemptParts, TimedAttempt } from './timed-attempt.ts';

export interface RetrySettings extends BackoffLimits {
  /**
   * Milliseconds that the first server may take, so that a hanging server does not use up the whole
   * deadline. `undefined`: until the deadline. It doubles each time it was too short, so that slow servers
   * are not flooded with repeated requests.
   */
  readonly attemptTimeoutMs: number | undefined;
}

export interface RetryParts {
  readonly environment: Environment;
  readonly endpoints: Endpoints;
  readonly timer: DeadlineTimer;
  readonly settings: RetrySettings;
  /** Takes failed attempts. Default: nothing does. */
  readonly events?: ClientEvents;
}

/** One call: the time it may take, and the outcome of its attempts so far. */
export interface Call {
  readonly deadline: CallDeadline;
  readonly outcome: AttemptsOutcome;
}

interface Failure {
  readonly endpoint: string;
  readonly error: unknown;
  /** Clock time at which the attempt began. */
  readonly begunMs: number;
}

interface Target {
  readonly endpoint: string;
  readonly timeoutMs: number | undefined;
}

export class Retry {
  readonly #environment: Environment;
  readonly #endpoints: Endpoints;
  readonly #settings: RetrySettings;
  readonly #attemptParts: AttemptParts;
  readonly #events: ClientEvents | undefined;

  constructor({ environment, endpoints, timer, settings, events }: RetryParts) {
    const { clock, exchange } = environment;
    this.#environment = environment;
    this.#endpoints = endpoints;
    this.#settings = settings;
    this.#attemptParts = { clock, exchange, timer };
    this.#events = events;
  }

  newCall(type: RequestType, deadline: CallDeadline): Call {
    return { deadline, outcome: new AttemptsOutcome(type, this.#endpoints.all) };
  }

  /**
   * Sends the request. If the first attempt succeeds, as is usual, this allocates one promise and one attempt.
   *
   * @throws KvError with the outcome.
   */
  send<Q extends Request>(request: Q, call: Call): Promise<ReplyTo<Q>> {
    const { deadline, outcome } = call;
    if (deadline.end !== undefined) {
      return Promise.reject(outcome.ended(deadline));
    }
    const endpoint = this.#choose(request, []);
    const begunMs = this.#environment.clock.now();
    const { attemptTimeoutMs: timeoutMs } = this.#settings;
    const callDue = deadline.due;
    return new Promise((resolve, reject) => {
      const retry = (error: Error) => {
        this.#retry(request, call, { endpoint, error, begunMs }).then(resolve, reject);
      };
      this.#start({ request, endpoint, timeoutMs, callDue, resolve, reject: retry }, call);
    });
  }

  /** Asks `endpoint` once. @throws KvError, even if another attempt might succeed. */
  async sendOnce<Q extends Request>(
    request: Q,
    endpoint: string,
    deadline: CallDeadline,
  ): Promise<ReplyTo<Q>> {
    const outcome = new AttemptsOutcome(request.command.type, [endpoint]);
    try {
      const timeoutMs = this.#settings.attemptTimeoutMs;
      return await this.#attempt(request, { deadline, outcome }, { endpoint, timeoutMs });
    } catch (error) {
      outcome.fail(endpoint, error);
    }
    throw deadline.end === undefined ? outcome.failed('no reply') : outcome.ended(deadline);
  }

  /** Makes the second and all further attempts. */
  async #retry<Q extends Request>(request: Q, call: Call, first: Failure): Promise<ReplyTo<Q>> {
    const { deadline, outcome } = call;
    const { clock, random } = this.#environment;
    const backoff = new Backoff(this.#settings, random);
    const tried: string[] = [];
    let timeoutMs = this.#settings.attemptTimeoutMs;
    /** What servers asked for since the last pause. */
    let askedMs = 0;
    for (let last = first; ; ) {
      outcome.fail(last.endpoint, last.error);
      if (timeoutMs !== undefined && clock.now() - last.begunMs >= timeoutMs) {
        timeoutMs *= 2;
      }
      this.#avoid(last.endpoint, deadline);
      tried.push(last.endpoint);
      askedMs = Math.max(askedMs, retryAfterMsOf(last.error));
      if (tried.length >= this.#endpoints.all.length) {
        await deadline.pause(Math.max(askedMs, backoff.next()));
        askedMs = 0;
        tried.length = 0;
      }
      if (deadline.end !== undefined) {
        throw outcome.ended(deadline);
      }
      this.#report(request, last, deadline);
      const endpoint = this.#choose(request, tried);
      const begunMs = clock.now();
      try {
        return await this.#attempt(request, call, { endpoint, timeoutMs });
      } catch (error) {
        last = { endpoint, error, begunMs };
      }
    }
  }

  #report({ command }: Request, { endpoint, error }: Failure, { attempts }: CallDeadline): void {
    if (this.#events?.has('retry') && error instanceof Error) {
      const attributes = {
        ...operationAttributes(command.type),
        ...serverAttributes(endpoint),
        ...errorAttributes(error),
        'paxkv.attempts': attempts,
      };
      this.#events.emit('retry', { error }, attributes);
    }
  }

  #choose(request: Request, tried: readonly string[]): string {
    const { exchange } = this.#environment;
    const { all } = this.#endpoints;
    const left = tried.length === 0 ? all : all.filter((endpoint) => !tried.includes(endpoint));
    return exchange.bestFor?.(request, left) ?? this.#endpoints.next(tried);
  }

  #attempt<Q extends Request>(
    request: Q,
    call: Call,
    { endpoint, timeoutMs }: Target,
  ): Promise<ReplyTo<Q>> {
    const callDue = call.deadline.due;
    return new Promise((resolve, reject) => {
      this.#start({ request, endpoint, timeoutMs, callDue, resolve, reject }, call);
    });
  }

  #start<Q extends Request>(options: AttemptOptions<Q>, { deadline, outcome }: Call): void {
    const attempt = new TimedAttempt(this.#attemptParts, options);
    outcome.begin(options.endpoint, attempt);
    deadline.attempts += 1;
    deadline.endpoint = options.endpoint;
    deadline.attach(attempt);
    this.#environment.exchange.send(options.endpoint, attempt);
  }

  #avoid(endpoint: string, deadline: CallDeadline): void {
    // An abort by the caller is not a failure of the server.
    if (deadline.end !== 'aborted') {
      this.#endpoints.avoid(endpoint);
      this.#environment.exchange.avoid?.(endpoint);
    }
  }
}

/** How long the server wants to be left alone, in milliseconds. */
function retryAfterMsOf(error: unknown): number {
  return (error instanceof KvError && error.retryAfterMs) || 0;
}
