/**
 * A disk of a simulated node. A write is durable when its promise resolves; a crash before that keeps
 * it whole or loses it whole, by chance.
 */
import type { Storage, Write } from '@paxkv/paxos';
import { Journal } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

export interface DiskPace {
  /** How long a load or write takes, drawn evenly. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** Chance that one takes up to `slowMsMax` instead. */
  readonly slowChance: number;
  readonly slowMsMax: number;
}

export interface SimDiskOptions<V> extends Partial<DiskPace> {
  /** The world's stream `disk` by default. */
  readonly random?: SeededRandom;
  /** Chance that a write under way at a crash is durable all the same; 0.5 by default. */
  readonly keepChance?: number;
  /** Makes what is kept and what is loaded; `structuredClone` by default. */
  readonly copy?: (write: Write<V>) => Write<V>;
}

const paceDefault: DiskPace = { delayMsMin: 0.1, delayMsMax: 2, slowChance: 0, slowMsMax: 0 };
const keepChanceDefault = 0.5;

interface Task {
  /** Makes a write durable; absent for a load. */
  readonly keep?: () => void;
  readonly done: () => void;
}

/** A task under way, which a crash ends. */
interface Turn {
  readonly callOff: () => void;
  readonly keep: (() => void) | undefined;
}

export class SimDisk<V> {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #keepChance: number;
  readonly #copy: (write: Write<V>) => Write<V>;
  readonly #turns = new Set<Turn>();
  #pace: DiskPace;
  #journal = new Journal<V>();
  #handle: Storage<V> | undefined;
  #failure: Error | undefined;
  #writeCount = 0;

  constructor(world: World, options: SimDiskOptions<V> = {}) {
    const { random, keepChance, copy, ...pace } = options;
    this.#world = world;
    this.#random = random ?? world.random('disk');
    this.#keepChance = keepChance ?? keepChanceDefault;
    this.#copy = copy ?? structuredClone;
    this.#pace = { ...paceDefault, ...pace };
  }

  /** Writes that have become durable. */
  get writeCount(): number {
    return this.#writeCount;
  }

  /** A handle for one boot; once closed it is dead, as after a crash. @throws TypeError while another is open. */
  open(): Storage<V> {
    if (this.#handle !== undefined) throw new TypeError('The disk is open already.');
    const isAlive = () => this.#handle === handle;
    const handle: Storage<V> = {
      load: () => (isAlive() ? this.#load() : never()),
      write: (writes) => (isAlive() ? this.#write(writes) : never()),
      close: () => (isAlive() ? this.#close() : never()),
    };
    this.#handle = handle;
    return handle;
  }

  /** The open handle is dead: nothing that was asked of it, or will be, ever settles. */
  crash(): void {
    for (const { callOff, keep } of this.#turns) {
      callOff();
      if (this.#random.chance(this.#keepChance)) keep?.();
    }
    this.#turns.clear();
    this.#handle = undefined;
  }

  /** The next write fails with this error. Whether it is durable is left to chance. */
  failNextWrite(error: Error): void {
    this.#failure = error;
  }

  /** Everything is gone. @throws TypeError while a handle is open. */
  wipe(): void {
    if (this.#handle !== undefined) throw new TypeError('The disk is open, so it cannot be wiped.');
    this.#journal = new Journal();
  }

  /** How fast it is from now on, where given: for slow times, and for their end. */
  setPace(pace: Partial<DiskPace>): void {
    this.#pace = { ...this.#pace, ...pace };
  }

  #load(): Promise<Iterable<Write<V>>> {
    return new Promise((resolve) => {
      this.#takeTurn({ done: () => resolve(this.#copies(this.#journal.contents())) });
    });
  }

  #write(writes: readonly Write<V>[]): Promise<void> {
    if (this.#isWriting()) return Promise.reject(new TypeError('The last write is under way.'));
    const copies = this.#copies(writes);
    const keep = () => {
      this.#journal.append(copies);
      this.#writeCount += 1;
    };
    const failure = this.#failure;
    this.#failure = undefined;
    return new Promise((resolve, reject) => {
      const succeed = () => {
        keep();
        resolve();
      };
      const fail = (error: Error) => {
        if (this.#random.chance(this.#keepChance)) keep();
        reject(error);
      };
      this.#takeTurn({ keep, done: failure === undefined ? succeed : () => fail(failure) });
    });
  }

  #close(): Promise<void> {
    if (this.#isWriting()) return Promise.reject(new TypeError('The last write is under way.'));
    this.#handle = undefined;
    return Promise.resolve();
  }

  #takeTurn({ keep, done }: Task): void {
    const callOff = this.#world.schedule(this.#delayMs(), () => {
      this.#turns.delete(turn);
      done();
    });
    const turn: Turn = { callOff, keep };
    this.#turns.add(turn);
  }

  #isWriting(): boolean {
    return [...this.#turns].some(({ keep }) => keep !== undefined);
  }

  #delayMs(): number {
    const { delayMsMin, delayMsMax, slowChance, slowMsMax } = this.#pace;
    const isSlow = this.#random.chance(slowChance);
    return this.#random.between(delayMsMin, isSlow ? slowMsMax : delayMsMax);
  }

  #copies(writes: readonly Write<V>[]): Write<V>[] {
    return writes.map((write) => this.#copy(write));
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
