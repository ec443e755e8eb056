/**
 * One probe: a few clients read a fresh key at one server again and again, while another writes it through the
 * others. A read that misses a write which was acknowledged before it breaks the order of that key.
 */
import { ExchangeError, KvError } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { RecordedClient } from '../../history/recorded-client.ts';

export interface ProbeOptions {
  /** Distinguishes its key and its values from those of all other probes and lanes. */
  readonly number: number;
  readonly random: SeededRandom;
  /** Clients of the server that is probed. */
  readonly readers: readonly RecordedClient[];
  /** Clients of the other servers, one each. */
  readonly writers: readonly RecordedClient[];
}

const writeCount = 5;
/** Each unknown outcome makes the history of the key harder to check. */
const unknownCountMax = 2;
const readCountMax = 8;
const readGapMsMean = 12;

export class Probe {
  readonly key: string;
  readonly #world: World;
  readonly #options: ProbeOptions;
  readonly #writeGapMsMean: number;
  #isWriting = true;
  #isGoing = true;

  constructor(world: World, options: ProbeOptions) {
    this.#world = world;
    this.#options = options;
    this.key = `probe-${options.number}`;
    this.#writeGapMsMean = options.random.pick([2, 20, 100]);
  }

  /** Resolves when all its calls have ended. */
  async run(): Promise<void> {
    await Promise.all([
      this.#write(),
      ...this.#options.readers.map((reader) => this.#read(reader)),
    ]);
  }

  /** No further call begins. */
  stop(): void {
    this.#isGoing = false;
  }

  async #write(): Promise<void> {
    const { random, writers, number } = this.#options;
    let unknownCount = 0;
    for (let count = 0; count < writeCount && unknownCount < unknownCountMax; count += 1) {
      if (!this.#isGoing) break;
      const outcome = await outcomeOf(random.pick(writers).put(this.key, `[${number}.${count}]`));
      if (outcome === 'unknown') unknownCount += 1;
      await this.#rest(this.#writeGapMsMean);
    }
    this.#isWriting = false;
  }

  async #read(reader: RecordedClient): Promise<void> {
    for (let count = 0; count < readCountMax && this.#isGoing; count += 1) {
      await this.#rest(readGapMsMean);
      await outcomeOf(reader.get(this.key));
      if (!this.#isWriting) return;
    }
  }

  #rest(msMean: number): Promise<void> {
    return this.#world.sleep(-msMean * Math.log(1 - this.#options.random.next()));
  }
}

async function outcomeOf(call: Promise<unknown>): Promise<'done' | 'not done' | 'unknown'> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof ExchangeError) return 'unknown';
    if (error instanceof KvError) return error.outcome === 'not done' ? 'not done' : 'unknown';
    throw error;
  }
}
