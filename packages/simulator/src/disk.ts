/**
 * A disk of a simulated node. A write is durable when its promise resolves; a crash before that keeps
 * it whole or loses it whole, by chance.
 */
import type { Memory, Storage, Write } from '@paxkv/paxos';
import { Journal } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

/** How long loads and writes of a disk take, in milliseconds of simulated time. */
export interface DiskPace {
  /** How long a load or write takes, drawn evenly. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** Chance that one takes up to `slowMsMax` instead. */
  readonly slowChance: number;
  readonly slowMsMax: number;
}

/**
 * What became of a write: `kept`, it is durable, acknowledged or not; `lost`, a crash or a failure took
 * it.
 */
export type WriteFate = 'kept' | 'lost';

/** How a disk behaves. */
export interface SimDiskOptions<V> extends Partial<DiskPace> {
  /** The world's stream `disk` by default. */
  readonly random?: SeededRandom;
  /** Chance that a write under way at a crash is durable all the same; 0.5 by default. */
  readonly keepChance?: number;
  /**
   * What an empty disk says of itself; `kept` by default, as if the peer had been there from the
   * start. With `new` the peers of a group must meet before they begin.
   */
  readonly emptyState?: 'kept' | 'new';
  /** Makes what is kept and what is loaded; `structuredClone` by default. */
  readonly copy?: (write: Write<V>) => Write<V>;
  /** Sees what becomes of every write, at the moment it becomes of it. */
  readonly watch?: (fate: WriteFate, writes: readonly Write<V>[]) => void;
}

const paceDefault: DiskPace = { delayMsMin: 0.1, delayMsMax: 2, slowChance: 0, slowMsMax: 0 };
const keepChanceDefault = 0.5;

interface Task {
  /** Absent for a load. */
  readonly write?: Draft;
  readonly done: () => void;
}

/** A write that is not durable yet: it becomes so, or never will. */
interface Draft {
  readonly keep: () => void;
  readonly lose: () => void;
}

/** A task under way, which a crash ends. */
interface Turn {
  readonly callOff: () => void;
  readonly write: Draft | undefined;
}

/** A storage that survives crashes of its node, with failures on demand. */
export class SimDisk<V> {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #keepChance: number;
  readonly #copy: (write: Write<V>) => Write<V>;
  readonly #watch: (fate: WriteFate, writes: readonly Write<V>[]) => void;
  readonly #turns = new Set<Turn>();
  #pace: DiskPace;
  #journal = new Journal<V>();
  #handle: Storage<V> | undefined;
  #writeFailure: Error | undefined;
  #loadFailure: Error | undefined;
  #damage: Error | undefined;
  #writeCount = 0;
  /** Writes of the journal that is there now. */
  #turn = 0;
  #emptyState: 'kept' | 'new' | 'lost';

  constructor(world: World, options: SimDiskOptions<V> = {}) {
    const { random, keepChance, copy, watch, emptyState, ...pace } = options;
    this.#world = world;
    this.#random = random ?? world.random('disk');
    this.#keepChance = keepChance ?? keepChanceDefault;
    this.#copy = copy ?? structuredClone;
    this.#watch = watch ?? (() => {});
    this.#emptyState = emptyState ?? 'kept';
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

  /**
   * The open handle is dead: nothing that was asked of it, or will be, ever settles. `keepChance` says
   * how likely the write under way outlives this crash: a power loss, say, leaves little of it.
   */
  crash(keepChance: number = this.#keepChance): void {
    for (const { callOff, write } of this.#turns) {
      callOff();
      if (this.#random.chance(keepChance)) write?.keep();
      else write?.lose();
    }
    this.#turns.clear();
    this.#handle = undefined;
  }

  /**
   * The next write fails with this error. Whether it is durable is left to chance. Without an error it
   * does not fail after all.
   */
  failNextWrite(error: Error | undefined): void {
    this.#writeFailure = error;
  }

  /**
   * The next load fails with this error; the one after it finds everything as it was. Without an error
   * it does not fail after all.
   */
  failNextLoad(error: Error | undefined): void {
    this.#loadFailure = error;
  }

  /** What it holds can no longer be trusted: every load fails with this error, until it is wiped. */
  damage(error: Error): void {
    this.#damage = error;
  }

  /**
   * Everything is gone, damage included. `lost`: and the disk knows it, as one does whose records are
   * found damaged; by default it takes itself for new. @throws TypeError while a handle is open.
   */
  wipe(emptyState: 'new' | 'lost' = 'new'): void {
    if (this.#handle !== undefined) throw new TypeError('The disk is open, so it cannot be wiped.');
    this.#journal = new Journal();
    this.#damage = undefined;
    this.#turn = 0;
    this.#emptyState = emptyState;
  }

  /** How fast it is from now on, where given: for slow times, and for their end. */
  setPace(pace: Partial<DiskPace>): void {
    this.#pace = { ...this.#pace, ...pace };
  }

  #load(): Promise<Memory<V>> {
    const failure = this.#loadFailure ?? this.#damage;
    this.#loadFailure = undefined;
    return new Promise((resolve, reject) => {
      const succeed = () => resolve(this.#memory());
      this.#takeTurn({ done: failure === undefined ? succeed : () => reject(failure) });
    });
  }

  #write(writes: readonly Write<V>[]): Promise<void> {
    if (this.#isWriting()) return Promise.reject(new TypeError('The last write is under way.'));
    const copies = this.#copies(writes);
    const write = this.#draft(copies);
    const failure = this.#writeFailure;
    this.#writeFailure = undefined;
    return new Promise((resolve, reject) => {
      const succeed = () => {
        write.keep();
        resolve();
      };
      const fail = (error: Error) => {
        if (this.#random.chance(this.#keepChance)) write.keep();
        else write.lose();
        reject(error);
      };
      this.#takeTurn({ write, done: failure === undefined ? succeed : () => fail(failure) });
    });
  }

  #draft(writes: readonly Write<V>[]): Draft {
    return {
      keep: () => {
        this.#journal.append(writes);
        this.#writeCount += 1;
        this.#turn += 1;
        this.#watch('kept', writes);
      },
      lose: () => this.#watch('lost', writes),
    };
  }

  #close(): Promise<void> {
    if (this.#isWriting()) return Promise.reject(new TypeError('The last write is under way.'));
    this.#handle = undefined;
    return Promise.resolve();
  }

  #takeTurn({ write, done }: Task): void {
    const callOff = this.#world.schedule(this.#delayMs(), () => {
      this.#turns.delete(turn);
      done();
    });
    const turn: Turn = { callOff, write };
    this.#turns.add(turn);
  }

  #memory(): Memory<V> {
    const writes = this.#copies(this.#journal.contents());
    const state = this.#turn === 0 ? this.#emptyState : 'kept';
    return { state, writeIndex: this.#turn, writes };
  }

  #isWriting(): boolean {
    return [...this.#turns].some(({ write }) => write !== undefined);
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
