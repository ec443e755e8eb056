/**
 * A world in one process: time that jumps from event to event, and chance from one seed. The same
 * seed and the same program give the same run, event by event.
 */
import type { Clock } from '@paxkv/paxos';
import { BootClock } from './boot-clock.ts';
import { EventQueue } from './event-queue.ts';
import { NodeClock, type NodeClockOptions } from './node-clock.ts';
import { SeededRandom } from './seeded-random.ts';

/** What a world is made from: the same seed gives the same run. */
export interface WorldOptions {
  readonly seed: string | number;
}

/** How a world is run. */
export interface RunOptions {
  /** The longest that the run may take in the world's time; without end by default. */
  readonly withinMs?: number;
}

/** Steps that wait in each turn of Node's event loop: a turn costs far more than a step. */
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
  /** The world's time, for those who know no other. */
  readonly clock: Clock;
  readonly #chance: SeededRandom;
  readonly #streams = new Map<string, SeededRandom>();
  readonly #events = new EventQueue();
  #nowMs = 0;
  #isRunning = false;

  constructor({ seed }: WorldOptions) {
    this.seed = String(seed);
    this.#chance = new SeededRandom(seed);
    this.clock = {
      now: () => this.#nowMs,
      at: (timeMs, callback) => this.#at(timeMs, callback),
    };
  }

  /** Milliseconds since the world began. */
  now(): number {
    return this.#nowMs;
  }

  /** The stream of that name: always the same generator, independent of those of other names. */
  random(stream: string): SeededRandom {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const random = this.#chance.stream(stream);
    this.#streams.set(stream, random);
    return random;
  }

  /** Calls back once, `delayMs` from now. Gives back a way to call it off. */
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

  /**
   * Runs `main` to its end. Time passes here and nowhere else: when nobody has anything left to do at
   * this moment, the clock jumps to the next event. What is still scheduled at the end stays so.
   * Only promises of this world may be awaited: it does not wait for files or sockets.
   *
   * @throws What `main` or a scheduled callback throws; and an Error when nothing is scheduled any
   * more, or the time given is over, before `main` has ended.
   */
  async run<T>(main: () => Promise<T>, { withinMs = Infinity }: RunOptions = {}): Promise<T> {
    if (this.#isRunning) throw new Error('This world runs already.');
    this.#isRunning = true;
    try {
      return await this.#runUntilSettled(main(), this.#nowMs + withinMs);
    } finally {
      this.#isRunning = false;
    }
  }

  /** One event a step. A step begins only when every microtask before it is done. */
  #runUntilSettled<T>(main: Promise<T>, deadlineMs: number): Promise<T> {
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
      for (let place = 0; place < stepsPerTurn; place += 1) setImmediate(step);
    });
  }

  #runNextEvent(deadlineMs: number): void {
    const timeMs = this.#events.nextTimeMs();
    if (timeMs === undefined) {
      throw new Error(
        `At ${this.#nowMs} ms the world has nothing left to do, and main still waits.`,
      );
    }
    if (timeMs > deadlineMs) {
      throw new Error(`At ${this.#nowMs} ms the time given is over, and main still waits.`);
    }
    this.#nowMs = timeMs;
    this.#events.pop()?.callback();
  }

  #at(timeMs: number, callback: () => void): () => void {
    if (Number.isNaN(timeMs)) throw new RangeError('Nothing can be scheduled at no time.');
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
