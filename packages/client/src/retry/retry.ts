/**
 * Asks until somebody answers: moves to another server first and waits second, until patience ends.
 * Safe for whatever takes effect once however often it arrives: reads, and writes with a stamp.
 */
import type { Environment } from '../environment.ts';
import type { ReplyTo, Request } from '../request.ts';
import { Tally } from './attempts-outcome.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import type { Patience } from './call-deadline.ts';
import type { Deadlines } from './deadlines.ts';
import type { Endpoints } from './endpoints.ts';
import { type AttemptEnds, TimedAttempt } from './timed-attempt.ts';

export interface RetrySettings extends BackoffLimits {
  /**
   * So long the first server may take, lest one that hangs use up the whole deadline. It doubles each time
   * it was too short: servers that are only slow would drown in repetitions.
   */
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

/** What a server is asked, and how long its answer is awaited at most. */
interface Asked<Q extends Request> {
  readonly request: Q;
  readonly patience: Patience;
  /** Beside the patience. */
  readonly timeoutMs: number;
}

interface Failure {
  readonly endpoint: string;
  readonly error: unknown;
  /** When the attempt began. */
  readonly begunMs: number;
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

  /**
   * What needs no second attempt, as nearly all, costs one promise and one small object.
   *
   * @throws KvError with what is known of the outcome.
   */
  pursue<Q extends Request>(request: Q, pursuit: Pursuit): Promise<ReplyTo<Q>> {
    const { patience, tally } = pursuit;
    if (patience.end !== undefined) {
      return Promise.reject(tally.verdict(patience));
    }
    const endpoint = this.#choose(request, []);
    tally.began();
    const begunMs = this.#environment.clock.now();
    const timeoutMs = this.#settings.attemptTimeoutMs;
    return new Promise((resolve, reject) => {
      const goOn = (error: Error) => {
        this.#goOn(request, pursuit, { endpoint, error, begunMs }).then(resolve, reject);
      };
      this.#send(endpoint, { request, patience, timeoutMs }, { resolve, reject: goOn });
    });
  }

  /** Asks this one server, once. @throws KvError also where another attempt might go better. */
  async askOnce<Q extends Request>(
    endpoint: string,
    request: Q,
    patience: Patience,
  ): Promise<ReplyTo<Q>> {
    const tally = new Tally(request.command.type);
    tally.began();
    try {
      const timeoutMs = this.#settings.attemptTimeoutMs;
      return await this.#attempt(endpoint, { request, patience, timeoutMs });
    } catch (error) {
      tally.failed(error);
    }
    throw patience.end === undefined ? tally.failure('no reply') : tally.verdict(patience);
  }

  /** From the second attempt on. */
  async #goOn<Q extends Request>(
    request: Q,
    { patience, tally }: Pursuit,
    first: Failure,
  ): Promise<ReplyTo<Q>> {
    const { clock, random } = this.#environment;
    const backoff = new Backoff(this.#settings, random);
    const tried: string[] = [];
    let timeoutMs = this.#settings.attemptTimeoutMs;
    for (let last = first; ; ) {
      tally.failed(last.error);
      if (clock.now() - last.begunMs >= timeoutMs) timeoutMs *= 2;
      this.#leave(last.endpoint, patience);
      tried.push(last.endpoint);
      if (tried.length >= this.#endpoints.all.length) {
        await patience.pause(backoff.next());
        tried.length = 0;
      }
      if (patience.end !== undefined) {
        throw tally.verdict(patience);
      }
      const endpoint = this.#choose(request, tried);
      tally.began();
      const begunMs = clock.now();
      try {
        return await this.#attempt(endpoint, { request, patience, timeoutMs });
      } catch (error) {
        last = { endpoint, error, begunMs };
      }
    }
  }

  #choose(request: Request, tried: readonly string[]): string {
    const { exchange } = this.#environment;
    const { all } = this.#endpoints;
    const left = tried.length === 0 ? all : all.filter((endpoint) => !tried.includes(endpoint));
    return exchange.bestFor?.(request, left) ?? this.#endpoints.next(tried);
  }

  #attempt<Q extends Request>(endpoint: string, asked: Asked<Q>): Promise<ReplyTo<Q>> {
    return new Promise((resolve, reject) => this.#send(endpoint, asked, { resolve, reject }));
  }

  #send<Q extends Request>(endpoint: string, asked: Asked<Q>, ends: AttemptEnds<Q>): void {
    const { clock, exchange } = this.#environment;
    const { request, patience, timeoutMs } = asked;
    const deadlines = this.#deadlines;
    const limits = { endpoint, timeoutMs, dueMax: patience.due, clock, exchange, deadlines };
    const attempt = new TimedAttempt(request, limits, ends);
    patience.spendOn(attempt);
    exchange.send(endpoint, attempt);
  }

  #leave(endpoint: string, patience: Patience): void {
    // A caller who lost interest says nothing of the server.
    if (patience.end !== 'aborted') {
      this.#endpoints.avoid(endpoint);
      this.#environment.exchange.avoid?.(endpoint);
    }
  }
}
