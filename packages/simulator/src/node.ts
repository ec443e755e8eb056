/**
 * A node that can crash and start again. Everything that one boot uses ends with the boot, so a
 * crashed program does nothing any more, even if it still awaits promises.
 */
import type { Clock } from '@paxkv/paxos';
import type { BootClock } from './boot-clock.ts';
import { Gate } from './gate.ts';
import type { World } from './world.ts';

/** What a program gets for one boot: the time from a start to the next crash. */
export interface Lifetime {
  /** The clock of this boot. Its callbacks wait while the node is paused. */
  readonly clock: Clock;
  /** Everything else that a pause must hold back passes this gate: transports, storage, calls. */
  readonly gate: Gate;
  /** Adds a callback for the crash, such as one that unplugs the network. They run in the order added. */
  onCrash(end: () => void): void;
}

/** Starts the program. Called at each start of the node. */
export type Boot<Program> = (lifetime: Lifetime) => Promise<Program>;

interface Run {
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
  #run: Run | undefined;
  #program: Program | undefined;

  /** `clock` is the node's own and survives crashes. Default: the world's. */
  constructor(world: World, boot: Boot<Program>, clock: Clock = world.clock) {
    this.#world = world;
    this.#boot = boot;
    this.#clock = clock;
  }

  /** The running program. Absent before the first start, while the node starts, and after a crash. */
  get program(): Program | undefined {
    return this.#program;
  }

  /**
   * Starts the program.
   *
   * @throws The error of the program if it fails to start, or an Error if the node is up already or crashes
   * while it starts.
   */
  async start(): Promise<Program> {
    if (this.#run !== undefined) throw new Error('cannot start a node that is up');
    const ends: (() => void)[] = [];
    const crashed = new Promise<never>((_, reject) => {
      ends.push(() => reject(new Error('the node crashed while it was starting')));
    });
    crashed.catch(() => {});
    const gate = new Gate(this.#world.clock);
    const clock = this.#world.bootClock(gate.clock(this.#clock));
    const run = { clock, gate, ends };
    this.#run = run;
    const booted = this.#boot({ clock, gate, onCrash: (end) => ends.push(end) });
    try {
      const program = await Promise.race([booted, crashed]);
      if (this.#run === run) this.#program = program;
      return program;
    } catch (error) {
      if (this.#run === run) this.crash();
      throw error;
    }
  }

  /** Whether the node runs or is starting. */
  get isUp(): boolean {
    return this.#run !== undefined;
  }

  /** Whether the node is paused. */
  get isPaused(): boolean {
    return this.#run?.gate.isShut ?? false;
  }

  /** Pauses the whole program, as if its process got no CPU. Has no effect on a node that is down. */
  pause(): void {
    this.#run?.gate.shut();
  }

  /** Resumes a paused program. Everything that arrived meanwhile reaches it in order. */
  resume(): void {
    this.#run?.gate.open();
  }

  /** Ends this boot at once. Has no effect on a node that is down. */
  crash(): void {
    const run = this.#run;
    this.#run = undefined;
    this.#program = undefined;
    run?.clock.stop();
    run?.gate.remove();
    for (const end of run?.ends ?? []) end();
  }
}
