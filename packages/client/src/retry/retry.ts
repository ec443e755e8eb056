/**
 * Asks until somebody answers: moves to another server first and waits second, until patience ends.
 * Safe for whatever takes effect once however often it arrives: reads, and writes with a stamp.
 */
import type { Environment } from '../environment.ts';
import type { ReplyTo, Request } from '../request.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import type { Deadlines } from './deadlines.ts';
import type { Endpoints } from './endpoints.ts';
import type { Patience } from './patience.ts';
import { Tally } from './tally.ts';
import { TimedAttempt } from './timed-attempt.ts';

export interface RetrySettings extends BackoffLimits {
  /** So long one server may take, lest one that hangs use up the whole deadline. */
  readonly attemptTimeoutMs: number;
}

/** How long a request may take, and what is known of it. */
export interface Pursuit {
  readonly patience: Patience;
  readonly tally: Tally;
}

/** Whom to ask, and the one timer for all attempts. */
export interface RetryParts {
  readonly endpoints: Endpoints;
  readonly deadlines: Deadlines;
  readonly settings: RetrySettings;
}

export class Retry {
  readonly #environment: Environment;
  readonly #endpoints: Endpoints;
  readonly #deadlines: Deadlines;
  readonly #settings: RetrySettings;

  constructor(environment: Environment, { endpoints, deadlines, settings }: RetryParts) {
    this.#environment = environment;
    this.#endpoints = endpoints;
    this.#deadlines = deadlines;
    this.#settings = settings;
  }

  /** @throws KvError with what is known of the outcome. */
  async pursue<Q extends Request>(request: Q, { patience, tally }: Pursuit): Promise<ReplyTo<Q>> {
    let tried: readonly string[] = [];
    let backoff: Backoff | undefined;
    for (;;) {
      if (patience.end !== undefined) {
        throw tally.verdict(patience);
      }
      const endpoint = this.#choose(request, tried);
      tally.began();
      try {
        return await this.#attempt(endpoint, request, patience);
      } catch (error) {
        tally.failed(error);
      }
      this.#leave(endpoint, patience);
      tried = [...tried, endpoint];
      if (tried.length >= this.#endpoints.all.length) {
        backoff ??= new Backoff(this.#settings, this.#environment.random);
        await patience.pause(backoff.next());
        tried = [];
      }
    }
  }

  /** Asks this one server, once. @throws KvError also where another attempt might go better. */
  async askOnce<Q extends Request>(
    endpoint: string,
    request: Q,
    patience: Patience,
  ): Promise<ReplyTo<Q>> {
    const tally = new Tally(request.type);
    tally.began();
    try {
      return await this.#attempt(endpoint, request, patience);
    } catch (error) {
      tally.failed(error);
    }
    throw patience.end === undefined ? tally.failure('no reply') : tally.verdict(patience);
  }

  #choose(request: Request, tried: readonly string[]): string {
    const { exchange } = this.#environment;
    const { all } = this.#endpoints;
    const left = tried.length === 0 ? all : all.filter((endpoint) => !tried.includes(endpoint));
    return exchange.bestFor?.(request, left) ?? this.#endpoints.next(tried);
  }

  #attempt<Q extends Request>(
    endpoint: string,
    request: Q,
    patience: Patience,
  ): Promise<ReplyTo<Q>> {
    const { clock, exchange } = this.#environment;
    const due = Math.min(clock.now() + this.#settings.attemptTimeoutMs, patience.due);
    return new Promise((resolve, reject) => {
      const limits = { endpoint, due, deadlines: this.#deadlines };
      const attempt = new TimedAttempt(request, limits, { resolve, reject });
      patience.spendOn(attempt);
      exchange.send(endpoint, attempt);
    });
  }

  #leave(endpoint: string, patience: Patience): void {
    // A caller who lost interest says nothing of the server.
    if (patience.end !== 'aborted') {
      this.#endpoints.avoid(endpoint);
      this.#environment.exchange.avoid?.(endpoint);
    }
  }
}
