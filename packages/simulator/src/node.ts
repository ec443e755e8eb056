/**
 * A node that can crash and start again. All that one boot uses ends together with it, so a crashed
 * program is silent at once and for ever, whatever it still awaits.
 */
import type { Clock } from '@paxkv/paxos';
import type { BootClock } from './boot-clock.ts';
import { Gate } from './gate.ts';
import type { World } from './world.ts';

/** From a start to the next crash. */
export interface Lifetime {
  /** The clock for everything this boot arranges. It stands still for a paused node. */
  readonly clock: Clock;
  /** Where everything else must come in that a pause keeps waiting: transports, storage, calls. */
  readonly gate: Gate;
  /** Also happens at the crash, in the order given: cut its network, crash its disk. */
  onCrash(end: () => void): void;
}

/** Starts the program in the lifetime given. Called at each start of the node. */
export type Boot<Program> = (lifetime: Lifetime) => Promise<Program>;

interface Life {
  readonly clock: BootClock;
  readonly gate: Gate;
  readonly ends: (() => void)[];
}

/**
 * @example
 * const node = new SimNode(world, async (lifetime) => {
 *   lifetime.onCrash(() => network.unplug(0));
 *   lifetime.onCrash(() => disk.crash());
 *   const { clock } = lifetime;
 *   return Paxos.open({ clock, transport: network.transport(0), storage: disk.open(), … });
 * });
 */
export class SimNode<Program> {
  readonly #world: World;
  readonly #boot: Boot<Program>;
  readonly #clock: Clock;
  #lifetime: Life | undefined;
  #program: Program | undefined;

  /** `clock` is the node's own, kept over crashes; the world's by default. */
  constructor(world: World, boot: Boot<Program>, clock: Clock = world.clock) {
    this.#world = world;
    this.#boot = boot;
    this.#clock = clock;
  }

  /** Absent before the first start, while starting, and from a crash on. */
  get program(): Program | undefined {
    return this.#program;
  }

  /**
   * @throws What the program throws when it starts; and an Error if the node is up, or crashes before
   * it has come up.
   */
  async start(): Promise<Program> {
    if (this.#lifetime !== undefined) throw new Error('The node is up already.');
    const ends: (() => void)[] = [];
    const crashed = new Promise<never>((_, reject) => {
      ends.push(() => reject(new Error('The node crashed while it was starting.')));
    });
    crashed.catch(() => {});
    const gate = new Gate(this.#world.clock);
    const clock = this.#world.bootClock(gate.clock(this.#clock));
    const life = { clock, gate, ends };
    this.#lifetime = life;
    const booted = this.#boot({ clock, gate, onCrash: (end) => ends.push(end) });
    try {
      const program = await Promise.race([booted, crashed]);
      if (this.#lifetime === life) this.#program = program;
      return program;
    } catch (error) {
      if (this.#lifetime === life) this.crash();
      throw error;
    }
  }

  /** From a start to the next crash: also while it starts. */
  get isUp(): boolean {
    return this.#lifetime !== undefined;
  }

  /** Whether this boot stands still. */
  get isPaused(): boolean {
    return this.#lifetime?.gate.isShut ?? false;
  }

  /** The whole program stands still, as if its process got no time. Does nothing to a node that is down. */
  pause(): void {
    this.#lifetime?.gate.shut();
  }

  /** A paused program goes on. It meets all that came meanwhile, in order. */
  resume(): void {
    this.#lifetime?.gate.open();
  }

  /** Ends this boot at once. Does nothing to a node that is down. */
  crash(): void {
    const life = this.#lifetime;
    this.#lifetime = undefined;
    this.#program = undefined;
    life?.clock.stop();
    life?.gate.remove();
    for (const end of life?.ends ?? []) end();
  }
}
