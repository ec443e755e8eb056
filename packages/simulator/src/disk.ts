/**
 * The disk of a simulated node. A write is durable once its promise resolves; a crash before that keeps
 * or loses the whole write, at random.
 */
import type { Memory, Storage, Write } from '@paxkv/paxos';
import { Journal } from './journal.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

/** How long loads and writes of a disk take, in milliseconds of simulated time. */
export interface DiskPace {
  /** The shortest time of a load or write. The time is uniformly random. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** The probability that it takes up to `slowMsMax` instead. */
  readonly slowChance: number;
  readonly slowMsMax: number;
}

/**
 * The outcome of a write. `kept`: it is durable, acknowledged or not. `lost`: a crash or a failure lost
 * it.
 */
export type WriteFate = 'kept' | 'lost';

/** How a disk behaves. */
export interface SimDiskOptions<V> extends Partial<DiskPace> {
  /** Default: the world's stream `disk`. */
  readonly random?: SeededRandom;
  /** The probability that a write pending at a crash becomes durable. Default: 0.5. */
  readonly keepChance?: number;
  /**
   * The state that an empty disk reports. Default: `kept`, as if the peer had been a member from the
   * start. With `new` the peers of a group must admit each other first.
   */
  readonly emptyState?: 'kept' | 'new';
  /** Copies each write when it is stored and when it is loaded. Default: `structuredClone`. */
  readonly copy?: (write: Write<V>) => Write<V>;
  /** Called with the outcome of every write, at the moment it is settled. */
  readonly watch?: (fate: WriteFate, writes: readonly Write<V>[]) => void;
}

const paceDefault: DiskPace = { delayMsMin: 0.1, delayMsMax: 2, slowChance: 0, slowMsMax: 0 };
const keepChanceDefault = 0.5;
/** How often a task looks whether the disk is still hung, in milliseconds. */
const hungLookMs = 20;

interface Task {
  /** Absent for a load. */
  readonly write?: Draft;
  readonly done: () => void;
}

/** A write that is not durable yet: it will be kept or lost. */
interface Draft {
  readonly keep: () => void;
  readonly lose: () => void;
}

/** A pending task, which a crash ends. */
interface PendingTask {
  readonly cancel: () => void;
  readonly write: Draft | undefined;
}

/** A storage that survives crashes of its node, with failures on demand. */
export class SimDisk<V> {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #keepChance: number;
  readonly #copy: (write: Write<V>) => Write<V>;
  readonly #watch: (fate: WriteFate, writes: readonly Write<V>[]) => void;
  readonly #pending = new Set<PendingTask>();
  #pace: DiskPace;
  #journal = new Journal<V>();
  #handle: Storage<V> | undefined;
  #writeFailure: Error | undefined;
  #loadFailure: Error | undefined;
  /** Why no write succeeds at present, if none does. */
  #shortage: Error | undefined;
  #isHung = false;
  #damage: Error | undefined;
  #writeCount = 0;
  /** How many writes the present journal holds, including dropped ones. */
  #writeIndex = 0;
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

  /** How many writes have become durable, over all journals. */
  get writeCount(): number {
    return this.#writeCount;
  }

  /**
   * A storage for one boot. Once it is closed, or the node crashed, its calls never settle.
   *
   * @throws TypeError while another is open.
   */
  open(): Storage<V> {
    if (this.#handle !== undefined) throw new TypeError('cannot open a disk that is open already');
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
   * Ends the open storage: its pending and later calls never settle. `keepChance` is the probability that a
   * pending write survives this crash; a power loss, for example, leaves little of it.
   */
  crash(keepChance: number = this.#keepChance): void {
    for (const { cancel, write } of this.#pending) {
      cancel();
      if (this.#random.chance(keepChance)) write?.keep();
      else write?.lose();
    }
    this.#pending.clear();
    this.#handle = undefined;
  }

  /**
   * Makes the next write fail with this error. Whether it is durable is random. `undefined` cancels the
   * failure.
   */
  failNextWrite(error: Error | undefined): void {
    this.#writeFailure = error;
  }

  /** Makes every write fail with this error and store nothing, as a full disk does, until it is `undefined`. */
  fill(error: Error | undefined): void {
    this.#shortage = error;
  }

  /** While it is hung, the disk ends no load and no write. */
  hang(isHung: boolean): void {
    this.#isHung = isHung;
  }

  /**
   * Makes the next load fail with this error. Later loads find everything unchanged. `undefined` cancels the
   * failure.
   */
  failNextLoad(error: Error | undefined): void {
    this.#loadFailure = error;
  }

  /** The contents can no longer be trusted: every load fails with this error, until the disk is wiped. */
  damage(error: Error): void {
    this.#damage = error;
  }

  /**
   * Removes everything, damage included. With `lost` the disk then reports that it lost its contents, as
   * after damage was detected. By default it reports that it is new.
   *
   * @throws TypeError while a storage is open.
   */
  wipe(emptyState: 'new' | 'lost' = 'new'): void {
    if (this.#handle !== undefined) throw new TypeError('cannot wipe a disk that is open');
    this.#journal = new Journal();
    this.#damage = undefined;
    this.#writeIndex = 0;
    this.#emptyState = emptyState;
  }

  /** Changes the given fields of the pace of the disk. */
  setPace(pace: Partial<DiskPace>): void {
    this.#pace = { ...this.#pace, ...pace };
  }

  #load(): Promise<Memory<V>> {
    const failure = this.#loadFailure ?? this.#damage;
    this.#loadFailure = undefined;
    return new Promise((resolve, reject) => {
      const succeed = () => resolve(this.#memory());
      this.#schedule({ done: failure === undefined ? succeed : () => reject(failure) });
    });
  }

  #write(writes: readonly Write<V>[]): Promise<void> {
    if (this.#isWriting())
      return Promise.reject(new TypeError('the previous write has not settled yet'));
    const copies = this.#copies(writes);
    const write = this.#draft(copies);
    const shortage = this.#shortage;
    if (shortage !== undefined) return this.#refuse(write, shortage);
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
      this.#schedule({ write, done: failure === undefined ? succeed : () => fail(failure) });
    });
  }

  #refuse(write: Draft, shortage: Error): Promise<never> {
    return new Promise((_, reject) => {
      const done = () => {
        write.lose();
        reject(shortage);
      };
      this.#schedule({ write: { keep: write.lose, lose: write.lose }, done });
    });
  }

  #draft(writes: readonly Write<V>[]): Draft {
    return {
      keep: () => {
        this.#journal.append(writes);
        this.#writeCount += 1;
        this.#writeIndex += 1;
        this.#watch('kept', writes);
      },
      lose: () => this.#watch('lost', writes),
    };
  }

  #close(): Promise<void> {
    if (this.#isWriting())
      return Promise.reject(new TypeError('the previous write has not settled yet'));
    this.#handle = undefined;
    return Promise.resolve();
  }

  #schedule({ write, done }: Task): void {
    const end = () => {
      if (this.#isHung) {
        callOff = this.#world.schedule(hungLookMs, end);
        return;
      }
      this.#pending.delete(task);
      done();
    };
    let callOff = this.#world.schedule(this.#delayMs(), end);
    const task: PendingTask = { cancel: () => callOff(), write };
    this.#pending.add(task);
  }

  #memory(): Memory<V> {
    const writes = this.#copies(this.#journal.contents());
    const state = this.#writeIndex === 0 ? this.#emptyState : 'kept';
    return { state, writeIndex: this.#writeIndex, writes };
  }

  #isWriting(): boolean {
    return [...this.#pending].some(({ write }) => write !== undefined);
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
