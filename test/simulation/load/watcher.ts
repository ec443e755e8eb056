/**
 * A program that watches keys, leaves now and then, and continues where it was or begins anew. It keeps what it was
 * shown in sightings, none of which may have a gap.
 */
import { type KvClient, KvError, type WatchBatch, type WatchedChange } from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { Shown, Sighting } from '../invariants/watch-invariants.ts';

const restMsMean = 1000;
const timeoutMs = 5000;
/** How often it leaves after a batch, and how often it then begins anew. */
const leaveChance = 0.03;
const anewChance = 0.3;

export interface WatcherOptions {
  readonly client: Pick<KvClient, 'watch'>;
  readonly prefix: string;
  readonly random: SeededRandom;
}

interface Growing extends Sighting {
  readonly changes: Shown[];
  revision: number;
}

export class Watcher {
  readonly #world: World;
  readonly #options: WatcherOptions;
  readonly #ended = new AbortController();
  readonly #sightings: Growing[] = [];
  /** The one that goes on. */
  #current: Growing | undefined;
  #gapCount = 0;

  constructor(world: World, options: WatcherOptions) {
    this.#world = world;
    this.#options = options;
  }

  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  /** How often it was told that changes after those that it had seen are gone. */
  get gapCount(): number {
    return this.#gapCount;
  }

  /** Resolves when it was stopped and its last call has ended. */
  async run(): Promise<void> {
    const { random } = this.#options;
    while (!this.#ended.signal.aborted) {
      await this.#world.sleep(random.between(0, 2 * restMsMean));
      if (random.chance(anewChance)) this.#current = undefined;
      await this.#watch();
    }
  }

  stop(): void {
    this.#ended.abort();
  }

  async #watch(): Promise<void> {
    const { client, prefix, random } = this.#options;
    const options = { ...this.#beginning(), signal: this.#ended.signal, timeoutMs };
    const present: Shown[] = [];
    try {
      for await (const batch of client.watch({ prefix }, options).batches()) {
        if (batch.revision === undefined) present.push(...batch.changes.map(toShown));
        else
          this.#take({ ...batch, revision: batch.revision }, options.initial ? present : undefined);
        if (random.chance(leaveChance)) return;
      }
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      if (error.code !== 'KV_COMPACTED') return;
      this.#current = undefined;
      this.#gapCount += 1;
    }
  }

  #beginning(): { after?: number; initial?: boolean } {
    if (this.#current !== undefined) return { after: this.#current.revision };
    const { random } = this.#options;
    if (random.chance(0.4)) return { initial: true };
    return random.chance(0.3) ? { after: 0 } : {};
  }

  #take(
    { changes, revision }: WatchBatch<string> & { readonly revision: number },
    present: readonly Shown[] | undefined,
  ): void {
    if (this.#current === undefined) {
      const { prefix } = this.#options;
      this.#current = { prefix, after: revision, present, changes: [], revision };
      this.#sightings.push(this.#current);
    }
    this.#current.changes.push(...changes.map(toShown));
    this.#current.revision = revision;
  }
}

function toShown(change: WatchedChange<string>): Shown {
  const { key, modRevision: revision } = change;
  return { key, revision, value: change.type === 'delete' ? undefined : change.value };
}
