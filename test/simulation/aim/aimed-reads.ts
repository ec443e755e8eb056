/** Starts a probe at a share of the targets: few at a time, and a bounded number in a run, since each costs calls. */
import type { SeededRandom, World } from '@paxkv/simulator';
import type { RecordedClient } from '../../history/recorded-client.ts';
import { Probe } from './probe.ts';
import type { Target, Targets } from './targets.ts';

const probeCountMax = 16;
const runningCountMax = 2;
const readerCount = 3;
/** The share of targets that are probed, so that probes are spread over the run. */
const share = 0.5;
/** Above the numbers of all lanes. */
const firstNumber = 1_000;

export interface AimedReadsOptions {
  readonly targets: Targets;
  readonly nodeCount: number;
  /** A new client that asks this server only. */
  readonly client: (node: number) => RecordedClient;
  /** Called with the reason of each probe. */
  readonly onProbe: (target: Target) => void;
}

export class AimedReads {
  readonly #world: World;
  readonly #options: AimedReadsOptions;
  readonly #random: SeededRandom;
  readonly #running = new Map<Probe, Promise<void>>();
  readonly #keyNames: string[] = [];

  constructor(world: World, options: AimedReadsOptions) {
    this.#world = world;
    this.#options = options;
    this.#random = world.random('aimed reads');
  }

  /** The key of every probe so far. */
  get keyNames(): readonly string[] {
    return this.#keyNames;
  }

  start(): void {
    this.#options.targets.onTarget = (target) => this.#aim(target);
  }

  /** Resolves when every open call has ended. */
  async stop(): Promise<void> {
    this.#options.targets.onTarget = () => {};
    for (const probe of this.#running.keys()) probe.stop();
    await Promise.all(this.#running.values());
  }

  #aim(target: Target): void {
    const number = firstNumber + this.#keyNames.length;
    if (this.#keyNames.length >= probeCountMax || this.#running.size >= runningCountMax) return;
    const { nodeCount, client, onProbe } = this.#options;
    const others = Array.from({ length: nodeCount }, (_, node) => node).filter(
      (node) => node !== target.node,
    );
    if (others.length === 0 || !this.#random.chance(share)) return;
    onProbe(target);
    const probe = new Probe(this.#world, {
      number,
      random: this.#random.stream(`probe ${number}`),
      readers: Array.from({ length: readerCount }, () => client(target.node)),
      writers: others.map(client),
    });
    this.#keyNames.push(probe.key);
    this.#running.set(probe, this.#run(probe));
  }

  async #run(probe: Probe): Promise<void> {
    try {
      await probe.run();
    } catch (defect) {
      this.#world.schedule(0, () => {
        throw defect;
      });
    } finally {
      this.#running.delete(probe);
    }
  }
}
