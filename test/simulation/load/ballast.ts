/**
 * Large values, written now and then, so that a state does not fit into one page of a transfer, and changes
 * during the transfer.
 */
import { KvError } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { RecordedClient } from '../../history/recorded-client.ts';

const valueBytes = 100_000;
const restMsMean = 5_000;

export interface BallastOptions {
  readonly client: RecordedClient;
  readonly random: SeededRandom;
  readonly keyCount: number;
}

export class Ballast {
  readonly #world: World;
  readonly #options: BallastOptions;
  #writeCount = 0;
  #isGoing = true;

  constructor(world: World, options: BallastOptions) {
    this.#world = world;
    this.#options = options;
  }

  get keyNames(): string[] {
    const { keyCount } = this.#options;
    return Array.from({ length: keyCount }, (_, number) => `ballast-${number}`);
  }

  /** Writes every key first, then random keys. */
  async run(): Promise<void> {
    const { random } = this.#options;
    for (const name of this.keyNames) if (this.#isGoing) await this.#put(name);
    while (this.#isGoing && this.keyNames.length > 0) {
      await this.#world.sleep(random.between(0, 2 * restMsMean));
      if (this.#isGoing) await this.#put(random.pick(this.keyNames));
    }
  }

  stop(): void {
    this.#isGoing = false;
  }

  async #put(name: string): Promise<void> {
    this.#writeCount += 1;
    const text = `[ballast ${this.#writeCount}]`;
    try {
      await this.#options.client.put(name, text.padEnd(valueBytes, '.'));
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
    }
  }
}
