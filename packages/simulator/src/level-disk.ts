/**
 * The disk under a database of a simulated node. As with LevelDB, an unsynced batch is visible immediately and may be
 * lost by a crash, together with all later ones; a synced one makes itself and all earlier ones durable.
 */
import type { DiskPace } from './disk.ts';
import type { Gate } from './gate.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

/** Duration of a flush on an ordinary disk. */
export const flushPace = { delayMsMin: 1, delayMsMax: 6, slowChance: 0, slowMsMax: 0 } as const;

/** One operation of a batch. */
export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** The rows of a database. */
export interface Rows {
  /** Resolves with all of them, in the order of their keys. */
  all(): Promise<[key: Uint8Array, value: Uint8Array][]>;
}

/** The part of a database in memory that the disk uses, such as one of `memory-level`. */
export interface Level {
  /** Writes all of them, or none. */
  batch(operations: Operation[]): Promise<void>;
  /** Reads every row. */
  iterator(): Rows;
}

interface SyncOptions {
  readonly sync?: boolean;
}

type Write = (operations: readonly Operation[], options?: SyncOptions) => Promise<void>;

/** A batch that is built up and then written. */
class ChainedBatch {
  readonly #operations: Operation[] = [];
  readonly #write: Write;

  constructor(write: Write) {
    this.#write = write;
  }

  put(key: Uint8Array, value: Uint8Array): this {
    this.#operations.push({ type: 'put', key, value });
    return this;
  }

  del(key: Uint8Array): this {
    this.#operations.push({ type: 'del', key });
    return this;
  }

  write(options?: SyncOptions): Promise<void> {
    return this.#write(this.#operations, options);
  }
}

interface Written {
  readonly number: number;
  readonly operations: readonly Operation[];
}

/** How the disk behaves, and the database that it shows. */
export interface LevelDiskOptions<L extends Level> {
  /** Creates an empty database in memory. */
  readonly empty: () => L;
  readonly random: SeededRandom;
  /** Called with every batch that became durable, acknowledged or not. */
  readonly watch?: (operations: readonly Operation[]) => void;
}

/** A database that survives crashes of its node, with failures on demand. */
export class LevelDisk<L extends Level> {
  readonly #world: World;
  readonly #empty: () => L;
  readonly #random: SeededRandom;
  readonly #watch: (operations: readonly Operation[]) => void;
  /** Durable content, by key in hexadecimal. */
  readonly #durable = new Map<string, readonly [key: Uint8Array, value: Uint8Array]>();
  /** Batches since then, the oldest first. */
  #unsynced: Written[] = [];
  #writtenCount = 0;
  #pace: DiskPace = flushPace;
  #failure: Error | undefined;
  #shortage: Error | undefined;
  #isHung = false;
  /** The incarnation that may write; absent while the server is down. */
  #level: L | undefined;

  constructor(world: World, { empty, random, watch = () => {} }: LevelDiskOptions<L>) {
    this.#world = world;
    this.#empty = empty;
    this.#random = random;
    this.#watch = watch;
  }

  /** Everything that is durable, by key in hexadecimal. */
  get contents(): ReadonlyMap<string, readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#durable;
  }

  /** Sets the duration of flushes. */
  setPace(pace: DiskPace): void {
    this.#pace = pace;
  }

  /**
   * Makes the next synced batch fail with this error. Whether it becomes durable is random. `undefined`
   * cancels the failure.
   */
  failNextSync(error: Error | undefined): void {
    this.#failure = error;
  }

  /** Makes every flush fail with this error and keep nothing, as a full disk does, until it is `undefined`. */
  fill(error: Error | undefined): void {
    this.#shortage = error;
  }

  /** While it is hung, the disk ends no flush. */
  hang(isHung: boolean): void {
    this.#isHung = isHung;
  }

  /** Deletes everything. @throws TypeError while the database is open */
  wipe(): void {
    if (this.#level !== undefined) throw new TypeError('The disk is open, so it cannot be wiped.');
    this.#durable.clear();
  }

  /**
   * Opens a database with the durable content, for one incarnation. Results of flushes pass through
   * `gate`.
   */
  async open(gate?: Gate): Promise<L> {
    const level = this.#empty();
    const rows = [...this.#durable.values()];
    await level.batch(rows.map(([key, value]) => ({ type: 'put', key, value })));
    this.#level = level;
    return this.#watched(level, gate);
  }

  /**
   * Replaces the whole content by what `fill` writes, atomically. A crash before the end leaves everything
   * unchanged, and so does `fill` if it throws.
   */
  async replace(fill: (level: L) => Promise<void>, gate?: Gate): Promise<L> {
    const before = this.#level;
    const level = this.#empty();
    await fill(level);
    const rows = await level.iterator().all();
    const flushed = this.#flush();
    await (gate === undefined ? flushed : gate.answer(flushed));
    if (before === undefined || this.#level !== before) return never();
    this.#durable.clear();
    this.#unsynced = [];
    this.#keep(rows.map(([key, value]) => ({ type: 'put', key, value })));
    this.#level = level;
    return this.#watched(level, gate);
  }

  /** Keeps a random prefix of the unsynced batches; each is kept whole or not at all. */
  crash(): void {
    const keptCount = this.#random.integer(0, this.#unsynced.length);
    for (const { operations } of this.#unsynced.slice(0, keptCount)) this.#keep(operations);
    this.#unsynced = [];
    this.#level = undefined;
  }

  /** `level` with its batches intercepted. */
  #watched(level: L, gate: Gate | undefined): L {
    return new Proxy(level, {
      get: (target, name) => {
        if (name === 'batch') {
          const write = (operations: readonly Operation[], options: SyncOptions = {}) => {
            const written = this.#batch(target, operations, options.sync ?? false);
            return gate === undefined ? written : gate.answer(written);
          };
          return (operations?: readonly Operation[], options?: SyncOptions) =>
            operations === undefined ? new ChainedBatch(write) : write(operations, options);
        }
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  async #batch(level: L, operations: readonly Operation[], isSynced: boolean): Promise<void> {
    if (this.#level !== level) return never();
    this.#writtenCount += 1;
    this.#unsynced.push({ number: this.#writtenCount, operations });
    await level.batch([...operations]);
    if (isSynced) await this.#sync(level, this.#writtenCount);
  }

  async #sync(level: L, upTo: number): Promise<void> {
    const failure = this.#failure;
    this.#failure = undefined;
    await this.#flush();
    if (this.#level !== level) return never();
    if (this.#shortage !== undefined) throw this.#shortage;
    if (failure !== undefined && this.#random.chance(0.5)) throw failure;
    for (const { number, operations } of this.#unsynced) if (number <= upTo) this.#keep(operations);
    this.#unsynced = this.#unsynced.filter(({ number }) => number > upTo);
    if (failure !== undefined) throw failure;
  }

  async #flush(): Promise<void> {
    do await this.#world.sleep(this.#delayMs());
    while (this.#isHung);
  }

  #delayMs(): number {
    const { delayMsMin, delayMsMax, slowChance, slowMsMax } = this.#pace;
    const isSlow = this.#random.chance(slowChance);
    return this.#random.between(delayMsMin, isSlow ? slowMsMax : delayMsMax);
  }

  #keep(operations: readonly Operation[]): void {
    this.#watch(operations);
    for (const operation of operations) {
      const name = nameOf(operation.key);
      if (operation.type === 'put') this.#durable.set(name, [operation.key, operation.value]);
      else this.#durable.delete(name);
    }
  }
}

/** The bytes in hexadecimal. */
function nameOf(key: Uint8Array): string {
  return Array.from(key, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Never settles: a crashed server gets no results from its disk. */
function never(): Promise<never> {
  return new Promise(() => {});
}
