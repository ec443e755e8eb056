/** Asks servers for keys as their own state has them, now and then, also while they are behind or cut off. */
import { ExchangeError, KvError } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { StateAudit } from '../invariants/state-audit.ts';
import type { SessionlessStore } from './sessionless-store.ts';

const restMsMean = 700;
/** Gets in a row, of one key at one server. */
const countMax = 4;

export interface OldReadsOptions {
  readonly random: SeededRandom;
  /** One client of each server. */
  readonly stores: readonly SessionlessStore[];
  readonly keyNames: () => readonly string[];
  readonly audit: StateAudit;
}

export class OldReads {
  readonly #world: World;
  readonly #options: OldReadsOptions;
  #isGoing = true;

  constructor(world: World, options: OldReadsOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Resolves when it was stopped and its last call has ended. */
  async run(): Promise<void> {
    const { random, keyNames, stores } = this.#options;
    while (this.#isGoing) {
      await this.#world.sleep(random.between(0, 2 * restMsMean));
      const key = keyNames().at(-1 - Math.floor(4 * random.next()));
      const node = random.integer(0, stores.length - 1);
      const count = random.integer(1, countMax);
      for (let time = 0; time < count && this.#isGoing && key !== undefined; time += 1) {
        await this.#read(key, node);
      }
    }
  }

  stop(): void {
    this.#isGoing = false;
  }

  async #read(key: string, node: number): Promise<void> {
    const { stores, audit } = this.#options;
    const boot = audit.bootOf(node);
    try {
      const entry = await stores[node]?.getOldEntry(key);
      if (entry !== undefined) audit.onOldRead(key, entry, { node, boot });
    } catch (error) {
      if (!(error instanceof KvError || error instanceof ExchangeError)) throw error;
    }
  }
}
