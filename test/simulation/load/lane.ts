/**
 * Makes one call of a client after another, in bursts, and records each in the history. Each written value is
 * unique, so it identifies its write wherever it appears.
 */
import { ExchangeError, KvError } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { OperationName } from '../../history/operation.ts';
import type { RecordedClient } from '../../history/recorded-client.ts';
import type { Load } from '../schedule/schedule.ts';
import type { Key, KeyKind, KeyRing } from './key-ring.ts';

/** The operations on a key of each kind, weighted by how often they are listed. */
export const operations: Readonly<Record<KeyKind, readonly OperationName[]>> = {
  register: ['get', 'get', 'get', 'get', 'put', 'put', 'put', 'put', 'put', 'delete'],
  mixed: ['get', 'get', 'get', 'get', 'put', 'put', 'put', 'append', 'append', 'delete'],
  list: ['get', 'get', 'get', 'append', 'append', 'append', 'append'],
  counter: ['get', 'get', 'get', 'increment', 'increment', 'increment', 'increment', 'delete'],
};

export interface LaneOptions {
  /** The number of this lane among all lanes of all clients. */
  readonly number: number;
  readonly client: RecordedClient;
  readonly keys: KeyRing;
  readonly load: Load;
  readonly random: SeededRandom;
}

export class Lane {
  readonly #world: World;
  readonly #options: LaneOptions;
  #valueCount = 0;
  #isGoing = true;

  constructor(world: World, options: LaneOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Resolves when the lane was stopped and its last call has ended. */
  async run(): Promise<void> {
    const { load, random } = this.#options;
    await this.#rest(load.restMsMean);
    while (this.#isGoing) {
      const count = random.integer(1, load.burstCountMax);
      for (let call = 0; call < count && this.#isGoing; call += 1) {
        await this.#call();
        await this.#rest(load.paceMsMean);
      }
      await this.#rest(load.restMsMean);
    }
  }

  stop(): void {
    this.#isGoing = false;
  }

  async #call(): Promise<void> {
    const { keys, number, random } = this.#options;
    const key = keys.take(number);
    try {
      await this.#do(random.pick(operations[key.kind]), key);
    } catch (error) {
      if (!(error instanceof KvError || error instanceof ExchangeError)) throw error;
      if (error instanceof ExchangeError || error.outcome === 'unknown') keys.doubt(key);
    }
  }

  #do(operation: OperationName, { name }: Key): Promise<unknown> {
    const { client } = this.#options;
    switch (operation) {
      case 'get':
        return client.get(name);
      case 'put':
        return client.put(name, this.#value());
      case 'append':
        return client.append(name, this.#value());
      case 'delete':
        return client.delete(name);
      case 'increment':
        return client.increment(name, this.#options.random.integer(-2, 5));
    }
  }

  #value(): string {
    this.#valueCount += 1;
    return `[${this.#options.number}.${this.#valueCount}]`;
  }

  /** Sleeps for an exponentially distributed time, or until the lane is stopped. */
  async #rest(msMean: number): Promise<void> {
    const untilMs = this.#world.now() - msMean * Math.log(1 - this.#options.random.next());
    while (this.#isGoing && this.#world.now() < untilMs) {
      await this.#world.sleep(Math.min(1_000, untilMs - this.#world.now()));
    }
  }
}
