/**
 * A simulated world in one process: time jumps from event to event, and randomness comes from one seed.
 * The same seed and the same program give the same run, event by event.
 */
import type { Clock } from '@paxkv/paxos';
import { BootClock } from './boot-clock.ts';
import { EventQueue } from './event-queue.ts';
import { NodeClock, type NodeClockOptions } from './node-clock.ts';
import { SeededRandom } from './seeded-random.ts';

/** How a world is constructed. The same seed gives the same run. */
export interface WorldOptions {
  readonly seed: string | number;
}

/** How a world is run. */
export interface RunOptions {
  /** The longest simulated time that the run may take. Default: no limit. */
  readonly withinMs?: number;
}

/** Steps per turn of Node's event loop: a turn costs far more than a step. */
const stepsPerTurn = 32;

type Outcome<T> =
  | { readonly name: 'pending' }
  | { readonly name: 'fulfilled'; readonly value: T }
  | { readonly name: 'rejected'; readonly error: unknown };

/**
 * @example
 * const world = new World({ seed: 7 });
 * await world.run(async () => {
 *   await world.sleep(3_600_000); // returns at once; world.now() is an hour later
 * });
 */
export class World {
  readonly seed: string;
  /** The world's time. */
  readonly clock: Clock;
  readonly #random: SeededRandom;
  readonly #streams = new Map<string, SeededRandom>();
  readonly #events = new EventQueue();
  #nowMs = 0;
  #isRunning = false;

  constructor({ seed }: WorldOptions) {
    this.seed = String(seed);
    this.#random = new SeededRandom(seed);
    this.clock = {
      now: () => this.#nowMs,
      at: (timeMs, callback) => this.#at(timeMs, callback),
    };
  }

  /** Milliseconds of simulated time since the world began. */
  now(): number {
    return this.#nowMs;
  }

  /** The random stream of this name: the same generator on each call, independent of other names. */
  random(stream: string): SeededRandom {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const random = this.#random.stream(stream);
    this.#streams.set(stream, random);
    return random;
  }

  /** Calls back once, `delayMs` from now. Returns a function that cancels. */
  schedule(delayMs: number, callback: () => void): () => void {
    return this.#at(this.#nowMs + delayMs, callback);
  }

  /** Resolves after `delayMs` of simulated time. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delayMs, resolve);
    });
  }

  /** A clock of one node, which may differ from the world's. */
  nodeClock(options?: NodeClockOptions): NodeClock {
    return new NodeClock(this.clock, options);
  }

  /** A clock for one boot of a node, to be stopped when it crashes. */
  bootClock(clock: Clock = this.clock): BootClock {
    return new BootClock(clock);
  }

  /** When the next event is due, if there is one. */
  nextTimeMs(): number | undefined {
    return this.#events.nextTimeMs();
  }

  /**
   * Runs the next event, for a host with its own loop. The host must let all microtasks end before it steps
   * again. Returns whether there was an event.
   *
   * @throws Error while `run` is in progress, and the error of the event.
   */
  step(): boolean {
    if (this.#isRunning) throw new Error('cannot step a world that is running');
    if (this.#events.size === 0) return false;
    this.#runNextEvent(undefined);
    return true;
  }

  /**
   * Runs `main` to its end. Time passes only here and in `step`: when nothing is left to do at
   * the present time, the clock jumps to the next event. Events left at the end stay scheduled. `main` may
   * await only promises of this world: the world does not wait for files or sockets.
   *
   * @throws The error of `main` or of a scheduled callback, or an Error if no event is left or the time limit
   * is reached before `main` has ended.
   */
  async run<T>(main: () => Promise<T>, { withinMs }: RunOptions = {}): Promise<T> {
    if (this.#isRunning) throw new Error('cannot run a world that is running');
    this.#isRunning = true;
    try {
      const deadlineMs = withinMs === undefined ? undefined : this.#nowMs + withinMs;
      return await this.#runUntilSettled(main(), deadlineMs);
    } finally {
      this.#isRunning = false;
    }
  }

  /** One event per step. A step begins only when all earlier microtasks are done. */
  #runUntilSettled<T>(main: Promise<T>, deadlineMs: number | undefined): Promise<T> {
    const outcomeOf = observe(main);
    return new Promise((resolve, reject) => {
      let isOver = false;
      const step = () => {
        if (isOver) return;
        const outcome = outcomeOf();
        isOver = outcome.name !== 'pending';
        if (outcome.name === 'fulfilled') resolve(outcome.value);
        if (outcome.name === 'rejected') reject(outcome.error);
        if (isOver) return;
        try {
          this.#runNextEvent(deadlineMs);
          setImmediate(step);
        } catch (error) {
          isOver = true;
          reject(error);
        }
      };
      for (let count = 0; count < stepsPerTurn; count += 1) setImmediate(step);
    });
  }

  #runNextEvent(deadlineMs: number | undefined): void {
    const timeMs = this.#events.nextTimeMs();
    if (timeMs === undefined) {
      throw new Error(`main has not ended at ${this.#nowMs} ms, and no event is left`);
    }
    if (deadlineMs !== undefined && timeMs > deadlineMs) {
      throw new Error(`main has not ended at ${this.#nowMs} ms, and the time limit is reached`);
    }
    this.#nowMs = timeMs;
    this.#events.pop()?.callback();
  }

  #at(timeMs: number, callback: () => void): () => void {
    if (Number.isNaN(timeMs)) throw new RangeError('cannot schedule an event at time NaN');
    return this.#events.add({ timeMs: Math.max(timeMs, this.#nowMs), callback });
  }
}

function observe<T>(promise: Promise<T>): () => Outcome<T> {
  let outcome: Outcome<T> = { name: 'pending' };
  promise.then(
    (value) => {
      outcome = { name: 'fulfilled', value };
    },
    (error: unknown) => {
      outcome = { name: 'rejected', error };
    },
  );
  return () => outcome;
}
