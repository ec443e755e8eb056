/**
 * Asks until somebody answers: moves to another server first and waits second, until patience ends.
 * Safe for whatever takes effect once however often it arrives: reads, and writes with a stamp.
 */
import { type Environment, ExchangeError } from '../environment.ts';
import { readAnswer } from '../wire/answer.ts';
import type { Call } from '../wire/calls.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import type { Endpoints } from './endpoints.ts';
import { Patience, patienceEnded } from './patience.ts';
import { Tally } from './tally.ts';

export interface RetrySettings extends BackoffLimits {
  /** So long one server may take, lest one that hangs use up the whole deadline. */
  readonly attemptTimeoutMs: number;
}

/** One request: how to say it anew at each attempt, how long it may take, what is known of it. */
export interface Pursuit<R> {
  readonly toCall: () => Call<R>;
  readonly patience: Patience;
  readonly tally: Tally;
}

export class Retry {
  readonly #environment: Environment;
  readonly #endpoints: Endpoints;
  readonly #settings: RetrySettings;

  constructor(environment: Environment, endpoints: Endpoints, settings: RetrySettings) {
    this.#environment = environment;
    this.#endpoints = endpoints;
    this.#settings = settings;
  }

  /** @throws KvError with what is known of the outcome. */
  async pursue<R>(pursuit: Pursuit<R>): Promise<R> {
    const { patience, tally } = pursuit;
    const backoff = new Backoff(this.#settings, this.#environment.random);
    for (;;) {
      for (const endpoint of this.#endpoints.round()) {
        if (patience.end !== undefined) {
          throw tally.verdict(patience);
        }
        const result = await this.#attempt(endpoint, pursuit);
        if (result !== undefined) {
          return result.reply;
        }
        // A caller who lost interest says nothing of the server.
        if (patience.end !== 'aborted') {
          this.#endpoints.avoid(endpoint);
        }
      }
      await patience.pause(backoff.next());
    }
  }

  /** Asks this one server, once. @throws KvError also where another attempt might go better. */
  async askOnce<R>(endpoint: string, call: Call<R>, patience: Patience): Promise<R> {
    const tally = new Tally(call.name);
    const result = await this.#attempt(endpoint, { toCall: () => call, patience, tally });
    if (result !== undefined) {
      return result.reply;
    }
    throw patience.end === undefined ? tally.failure('no reply') : tally.verdict(patience);
  }

  /** `undefined` if another attempt may go better; `tally` then knows of this one. */
  async #attempt<R>(
    endpoint: string,
    { toCall, patience, tally }: Pursuit<R>,
  ): Promise<{ reply: R } | undefined> {
    const { clock, exchange } = this.#environment;
    const { attemptTimeoutMs } = this.#settings;
    const own = new Patience(clock, { timeoutMs: attemptTimeoutMs, signal: patience.signal });
    try {
      const call = toCall();
      tally.began();
      const answer = await own.within(exchange.send(endpoint, call, own.signal));
      if (answer === patienceEnded) {
        throw new ExchangeError('maybe', `${endpoint} did not answer in time`);
      }
      return { reply: readAnswer(call, answer, endpoint) };
    } catch (error) {
      tally.failed(error);
      return undefined;
    } finally {
      own.dispose();
    }
  }
}
