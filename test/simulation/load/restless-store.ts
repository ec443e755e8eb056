/**
 * A client that gives up some calls before they end, and whose program crashes now and then: another one of the same
 * name takes its place, and nothing that was on its way to the first one arrives.
 */
import type { HttpTransport, KvClient, TransactionInput } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { Store } from '../../history/recorded-client.ts';
import type { Entry, KeyRange } from '../../serializability/transaction.ts';
import type { Unrest } from '../schedule/schedule.ts';
import type { PageOptions, RangeStore, ShownPage } from './joint-ranges.ts';
import type { Transactor } from './transfers.ts';

const abortMsMax = 200;

export interface RestlessStoreOptions {
  readonly unrest: Unrest;
  readonly random: SeededRandom;
  readonly carrier: HttpTransport;
  /** Makes the next program. */
  readonly client: (carrier: HttpTransport) => KvClient;
}

export class RestlessStore implements Store, Transactor, RangeStore {
  readonly #world: World;
  readonly #options: RestlessStoreOptions;
  #program: Program;

  constructor(world: World, options: RestlessStoreOptions) {
    this.#world = world;
    this.#options = options;
    this.#program = this.#start();
  }

  getEntry(key: string): ReturnType<Store['getEntry']> {
    return this.#call((client, options) => client.getEntry(key, options));
  }

  put(key: string, value: string): ReturnType<Store['put']> {
    return this.#call((client, options) => client.put(key, value, options));
  }

  append(key: string, value: string): ReturnType<Store['append']> {
    return this.#call((client, options) => client.append(key, value, options));
  }

  delete(key: string): ReturnType<Store['delete']> {
    return this.#call((client, options) => client.delete(key, options));
  }

  increment(key: string, by: number): ReturnType<Store['increment']> {
    return this.#call((client, options) => client.increment(key, by, options));
  }

  transact(input: TransactionInput): ReturnType<Transactor['transact']> {
    return this.#call((client, options) => client.transact(input, options));
  }

  scanPage(range: KeyRange, { limit, reverse }: PageOptions): Promise<ShownPage> {
    return this.#call(async (client, options) => {
      const scan = client.scan(range, { ...options, limit, pageSize: 2, reverse });
      const shown: Required<Entry>[] = [];
      let shownAt = 0;
      for await (const { revision, entries } of scan.pages()) {
        shownAt = revision;
        for (const { key, value, modRevision } of entries)
          shown.push({ key, value, revision: modRevision });
      }
      return { revision: shownAt, entries: shown };
    });
  }

  deleteRange(range: KeyRange): ReturnType<RangeStore['deleteRange']> {
    return this.#call((client, options) => client.deleteRange(range, options));
  }

  #call<T>(make: (client: KvClient, options: { signal?: AbortSignal }) => Promise<T>): Promise<T> {
    const { unrest, random } = this.#options;
    if (random.chance(unrest.crashChance)) this.#crashSoon();
    if (!random.chance(unrest.abortChance)) return make(this.#program.client, {});
    const controller = new AbortController();
    this.#world.schedule(random.between(0, abortMsMax), () => controller.abort());
    return make(this.#program.client, { signal: controller.signal });
  }

  /** In the middle of the call that is made now, perhaps. The calls of the old program end at their deadline. */
  #crashSoon(): void {
    this.#world.schedule(this.#options.random.between(0, abortMsMax), () => {
      this.#program.isUp = false;
      this.#program = this.#start();
    });
  }

  #start(): Program {
    const { carrier, client } = this.#options;
    const whileUp: HttpTransport = {
      send: async (endpoint, message, signal) => {
        if (!program.isUp) return never();
        try {
          const answer = await carrier.send(endpoint, message, signal);
          return program.isUp ? answer : await never();
        } catch (error) {
          if (!program.isUp) return never();
          throw error;
        }
      },
      close: () => carrier.close(),
    };
    const program: Program = { client: client(whileUp), isUp: true };
    return program;
  }
}

interface Program {
  readonly client: KvClient;
  isUp: boolean;
}

function never(): Promise<never> {
  return new Promise(() => {});
}
