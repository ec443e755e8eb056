/**
 * A client without a session, as a program may be that speaks HTTP by hand: it asks one server once, and
 * knows no more of the outcome than it is told. What it asks takes effect once at most all the same.
 */
import { type Answer, type Exchange, ExchangeError } from '@paxkv/client';
import { readAnswer } from '@paxkv/client/internal/wire/answer';
import { type Call, toAppend, toDelete, toGet, toPut } from '@paxkv/client/internal/wire/calls';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { Store } from '../../history/recorded-client.ts';

const patienceMs = 3_000;
/** Left out of what is sent. */
const noStamp = { id: 1, number: 1, lowestAwaited: 1 };

export interface SessionlessStoreOptions {
  readonly endpoints: readonly string[];
  readonly exchange: Exchange;
  readonly random: SeededRandom;
}

export class SessionlessStore implements Store {
  readonly #world: World;
  readonly #options: SessionlessStoreOptions;

  constructor(world: World, options: SessionlessStoreOptions) {
    this.#world = world;
    this.#options = options;
  }

  async getEntry(key: string): Promise<{ value: string; modRevision: number } | undefined> {
    const entry = await this.#ask(toGet(toBytes(key)));
    return entry && { value: Buffer.from(entry.value).toString(), modRevision: entry.modRevision };
  }

  put(key: string, value: string): Promise<{ revision: number }> {
    return this.#ask(toPut({ key: toBytes(key), value: toBytes(value) }, noStamp));
  }

  append(key: string, value: string): Promise<{ revision: number; length: number }> {
    return this.#ask(toAppend({ key: toBytes(key), value: toBytes(value) }, noStamp));
  }

  delete(key: string): Promise<{ revision: number; deleted: boolean }> {
    return this.#ask(toDelete(toBytes(key), noStamp));
  }

  /** @throws KvError, or ExchangeError if nobody can tell what came of it. */
  async #ask<R>(call: Call<R>): Promise<R> {
    const { endpoints, exchange, random } = this.#options;
    const endpoint = random.pick(endpoints);
    const message = { path: call.path, body: { ...call.body, session: undefined } };
    const controller = new AbortController();
    const answer = await this.#within(
      exchange.send(endpoint, message, controller.signal),
      controller,
    );
    return readAnswer(call, answer, endpoint);
  }

  #within(answer: Promise<Answer>, controller: AbortController): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const callOff = this.#world.schedule(patienceMs, () => {
        controller.abort();
        reject(new ExchangeError('maybe', 'no answer in time'));
      });
      answer.finally(callOff).then(resolve, reject);
    });
  }
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text);
}
