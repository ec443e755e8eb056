/**
 * One call of a client after another, in bursts, and every call into the history. Each value that is
 * written is unique, so it tells who wrote it, wherever it appears.
 */
import { ExchangeError, KvError } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { OperationName } from '../../history/operation.ts';
import type { RecordedClient } from '../../history/recorded-client.ts';
import type { Load } from '../schedule/schedule.ts';
import type { Key, KeyKind, KeyRing } from './key-ring.ts';

/** What is done to a key of each kind, each as often as it stands here. */
export const deeds: Readonly<Record<KeyKind, readonly OperationName[]>> = {
  register: ['get', 'get', 'get', 'get', 'put', 'put', 'put', 'append', 'append', 'delete'],
  list: ['get', 'get', 'get', 'append', 'append', 'append', 'append'],
  counter: ['get', 'get', 'get', 'increment', 'increment', 'increment', 'increment', 'delete'],
};

export interface LaneOptions {
  /** Of all lanes of all clients. */
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

  /** Ends when the lane is told to stop and its last call has come back. */
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
      await this.#do(random.pick(deeds[key.kind]), key);
    } catch (error) {
      if (!(error instanceof KvError || error instanceof ExchangeError)) throw error;
      if (error instanceof ExchangeError || error.outcome === 'unknown') keys.doubt(key);
    }
  }

  #do(deed: OperationName, { name }: Key): Promise<unknown> {
    const { client } = this.#options;
    switch (deed) {
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

  /** For a time drawn from an exponential law. Wakes early when told to stop. */
  async #rest(msMean: number): Promise<void> {
    const untilMs = this.#world.now() - msMean * Math.log(1 - this.#options.random.next());
    while (this.#isGoing && this.#world.now() < untilMs) {
      await this.#world.sleep(Math.min(1_000, untilMs - this.#world.now()));
    }
  }
}
