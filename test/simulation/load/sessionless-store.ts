/**
 * A client without a session, as a program that uses HTTP directly: it sends each request to one server once,
 * and knows only the outcome that the answer states. Its writes take effect at most once all the same.
 */
import {
  type Answer,
  ExchangeError,
  type HttpTransport,
  type Request,
  type TransactionInput,
} from '@paxkv/client';
import { toMessage } from '@paxkv/client/internal/http/calls';
import { readAnswer } from '@paxkv/client/internal/http/http-exchange';
import { isReplyTo, type ReplyTo } from '@paxkv/client/internal/request';
import { toTransactCommand } from '@paxkv/client/internal/transaction/transaction-input';
import { toTransactionResult } from '@paxkv/client/internal/transaction/transaction-result';
import type { Entry } from '@paxkv/protocol';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { Store } from '../../history/recorded-client.ts';
import type { KeyRange } from '../../serializability/transaction.ts';
import type { PageOptions, RangeCounter, RangeStore, ShownPage } from './joint-ranges.ts';
import type { Transactor } from './transfers.ts';

const timeoutMs = 3_000;
export interface SessionlessStoreOptions {
  readonly endpoints: readonly string[];
  readonly carrier: HttpTransport;
  readonly random: SeededRandom;
}

export class SessionlessStore implements Store, Transactor, RangeStore, RangeCounter {
  readonly #world: World;
  readonly #options: SessionlessStoreOptions;

  constructor(world: World, options: SessionlessStoreOptions) {
    this.#world = world;
    this.#options = options;
  }

  async getEntry(key: string): Promise<{ value: string; modRevision: number } | undefined> {
    const { entry } = await this.#ask({ command: { type: 'get', key: toBytes(key) } });
    return toSeen(entry);
  }

  /** The entry in the state of the server that is asked, which may be old. */
  async getOldEntry(key: string): Promise<{ value: string; modRevision: number } | undefined> {
    const command = { type: 'get', key: toBytes(key) } as const;
    const { entry } = await this.#ask({ command, consistency: 'serializable' });
    return toSeen(entry);
  }

  put(key: string, value: string): Promise<{ revision: number }> {
    return this.#ask({ command: { type: 'put', key: toBytes(key), value: toBytes(value) } });
  }

  append(key: string, value: string): Promise<{ revision: number; length: number }> {
    return this.#ask({ command: { type: 'append', key: toBytes(key), value: toBytes(value) } });
  }

  delete(key: string): Promise<{ revision: number; deleted: boolean }> {
    return this.#ask({ command: { type: 'delete', key: toBytes(key) } });
  }

  increment(key: string, by: number): Promise<{ revision: number; value: bigint }> {
    return this.#ask({ command: { type: 'increment', key: toBytes(key), by: BigInt(by) } });
  }

  async transact(input: TransactionInput): ReturnType<Transactor['transact']> {
    const reply = await this.#ask({ command: toTransactCommand(input) });
    return toTransactionResult(reply, toText);
  }

  async scanPage(range: KeyRange, options: PageOptions): Promise<ShownPage> {
    const how = { ...options, keysOnly: false, asOf: 'now' } as const;
    const command = { type: 'scan', ...toRange(range), ...how } as const;
    const { revision, entries } = await this.#ask({ command });
    const shown = entries.map(({ key, value = new Uint8Array(), modRevision }) => {
      return { key: toText(key), value: toText(value), revision: modRevision };
    });
    return { revision, entries: shown };
  }

  async count(range: KeyRange): ReturnType<RangeCounter['count']> {
    const { revision, count, next } = await this.#ask({
      command: { type: 'count', ...toRange(range), asOf: 'now' },
    });
    return { revision, count, to: next === undefined ? range.to : toText(next) };
  }

  deleteRange(range: KeyRange): ReturnType<RangeStore['deleteRange']> {
    return this.#ask({ command: { type: 'deleteRange', ...toRange(range) } });
  }

  /** @throws KvError, or ExchangeError if the outcome is unknown. */
  async #ask<Q extends Request>(request: Q): Promise<ReplyTo<Q>> {
    const { endpoints, carrier, random } = this.#options;
    const endpoint = random.pick(endpoints);
    const controller = new AbortController();
    const answer = await this.#within(
      carrier.send(endpoint, toMessage(request), controller.signal),
      controller,
    );
    const reply = readAnswer(request, answer, endpoint);
    if (isReplyTo(request, reply)) return reply;
    throw new TypeError(`${reply.type} is no reply to ${request.command.type}`);
  }

  #within(answer: Promise<Answer>, controller: AbortController): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = this.#world.schedule(timeoutMs, () => {
        controller.abort();
        reject(new ExchangeError('maybe', 'no answer in time'));
      });
      answer.finally(cancel).then(resolve, reject);
    });
  }
}

function toSeen(entry: Entry | undefined): { value: string; modRevision: number } | undefined {
  return entry && { value: toText(entry.value), modRevision: entry.modRevision };
}

function toRange({ from, to }: KeyRange): { prefix: Uint8Array; from: Uint8Array; to: Uint8Array } {
  return { prefix: new Uint8Array(), from: toBytes(from), to: toBytes(to) };
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text);
}
