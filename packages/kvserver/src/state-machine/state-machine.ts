/**
 * The state machine: decided values in, replies out. The log alone determines both the state and the
 * replies, however the log is cut into runs and however often the replica starts anew.
 * What is applied takes effect in memory at once and is written later, much of it together.
 * Rule: state, sessions and position change together on disk, in one write, and one write at a time.
 */
import assert from 'node:assert/strict';
import type { Bytes, Entry, Reply } from '@paxkv/protocol';
import type { Origin } from './batch.ts';
import {
  type Decision,
  type Instance,
  namesIn,
  type PlacedInstance,
  placeRun,
  readRun,
} from './run.ts';
import { Sessions } from './sessions/sessions.ts';
import { nextStateHash } from './state-hash.ts';
import type { LoadedState, Pause, StateStore } from './state-store.ts';
import type { CacheSlot } from './store/cached-entry.ts';
import { fromCachedEntry } from './store/cached-value.ts';
import { EntryCache } from './store/entry-cache.ts';
import { nameOf } from './store/latin1.ts';
import { Store } from './store/store.ts';

export type { Decision } from './run.ts';

/** What became of a decision. */
export interface Applied {
  readonly seq: number;
  /** Whose batch it was; `undefined` for the noop. */
  readonly origin: Origin | undefined;
  /** One for each request of the batch, in its order. */
  readonly replies: readonly Reply[];
}

/**
 * Any error of the database or of a decided value stops the machine: every later call throws the same
 * error, until the database was closed and a new machine opened on it.
 */
export class StateMachine {
  readonly #stateStore: StateStore;
  readonly #entries: EntryCache;
  readonly #store: Store;
  readonly #sessions: Sessions;
  #applied: number;
  #stateHash: Bytes;
  #durable: number;
  #writing: Promise<void> | undefined;
  #isApplying = false;
  /** What stopped the machine. */
  #failure: unknown;

  private constructor(stateStore: StateStore, { position, sessions }: LoadedState) {
    this.#stateStore = stateStore;
    this.#entries = new EntryCache({
      read: (names) => stateStore.readEntries(names),
      isNew: position.applied < 0,
    });
    this.#store = new Store(position.revision, this.#entries);
    this.#sessions = new Sessions(position.sessions, sessions);
    this.#applied = position.applied;
    this.#stateHash = position.stateHash;
    this.#durable = position.applied;
  }

  /**
   * Loads the state from `stateStore`, which verifies it. Nothing else may write to that store.
   *
   * @throws StateError
   */
  static async open(stateStore: StateStore): Promise<StateMachine> {
    return new StateMachine(stateStore, await stateStore.load());
  }

  /** The highest instance applied, −1 for none. */
  get applied(): number {
    return this.#applied;
  }

  /** The highest instance whose effects survive a crash: up to here the log may be forgotten. */
  get durable(): number {
    return this.#durable;
  }

  /** What a `flush` would write, about, beside what one under way is writing. */
  get waitingBytes(): number {
    return this.#entries.waitingBytes;
  }

  /** What is applied and not durable yet, about. It is kept in memory. */
  get undurableBytes(): number {
    return this.#entries.undurableBytes;
  }

  /** Of the store, after the highest instance applied. */
  get revision(): number {
    return this.#store.revision;
  }

  get sessionCount(): number {
    return this.#sessions.count;
  }

  /** In hexadecimal. Equal on every replica with the same `applied`. */
  get stateHash(): string {
    return Buffer.from(this.#stateHash).toString('hex');
  }

  /**
   * Applies a run of consecutive instances, the first being `applied + 1`. All of them take effect
   * together, in memory: see {@link StateMachine.flush}. The outcome is there at once unless a key must
   * be read from the database first; then this is to be called again only when the promise has settled.
   *
   * @throws StateError
   */
  apply(decisions: readonly Decision[]): readonly Applied[] | Promise<readonly Applied[]> {
    this.#refuseIfFailed();
    assert(!this.#isApplying, 'one run is applied at a time');
    decisions.forEach(({ seq }, index) => {
      assert.equal(seq, this.applied + 1 + index, 'instances are applied in order, each once');
    });
    try {
      const run = readRun(decisions);
      const placed = this.#place(run);
      return placed === undefined ? this.#applyLater(run) : this.#applyNow(placed);
    } catch (failure) {
      throw this.#fail(failure);
    }
  }

  /**
   * Makes durable all that is applied by now. May be called at any time, also during `apply` and while
   * another call is under way. `pause` is awaited now and then, so that others get their turn.
   *
   * @throws StateError
   */
  async flush(pause?: Pause): Promise<void> {
    const { applied } = this;
    await this.#orFail(async () => {
      while (this.#durable < applied) {
        this.#writing ??= this.#write(pause);
        await this.#writing;
      }
    });
  }

  /**
   * What `key` holds after the highest instance applied, or after one applied since the call. It is
   * there at once if memory knows.
   *
   * @throws StateError
   */
  read(key: Bytes): Entry | undefined | Promise<Entry | undefined> {
    this.#refuseIfFailed();
    const name = nameOf(key);
    const place = this.#entries.find(name);
    return place === undefined ? this.#readLater(name) : entryOf(place);
  }

  /**
   * In hexadecimal: over the whole state, made durable and read from the database. For tests and audits:
   * it takes long.
   */
  async contentHash(): Promise<string> {
    await this.flush();
    return this.#orFail(() => this.#stateStore.contentHash());
  }

  async #applyLater(run: readonly Instance[]): Promise<readonly Applied[]> {
    this.#isApplying = true;
    try {
      return await this.#orFail(async () => {
        await this.#entries.hold(namesIn(run));
        this.#refuseIfFailed();
        const placed = this.#place(run);
        assert(placed !== undefined, 'every key a command names is in memory');
        return this.#applyNow(placed);
      });
    } finally {
      this.#entries.release();
      this.#isApplying = false;
    }
  }

  #place(run: readonly Instance[]): readonly PlacedInstance[] | undefined {
    return placeRun(run, (name) => this.#entries.find(name));
  }

  #applyNow(run: readonly PlacedInstance[]): readonly Applied[] {
    return run.map(({ seq, value, origin, requests, places }) => {
      const replies = requests.map((request, index) =>
        this.#sessions.apply(request, places[index], this.#store),
      );
      this.#applied = seq;
      this.#stateHash = nextStateHash(this.#stateHash, { seq, value, replies });
      return { seq, origin, replies };
    });
  }

  #readLater(name: string): Promise<Entry | undefined> {
    return this.#orFail(async () => {
      const [place] = await this.#entries.load([name]);
      return place && entryOf(place);
    });
  }

  async #write(pause: Pause | undefined): Promise<void> {
    const { applied } = this;
    const [stateHash, revision, sessions] = [this.#stateHash, this.revision, this.#sessions.counts];
    const changes = {
      entries: this.#entries.takeChanges(),
      sessions: this.#sessions.takeChanges(),
      position: { applied, stateHash, revision, sessions },
    };
    await this.#stateStore.write(changes, pause);
    this.#entries.settle();
    this.#durable = applied;
    this.#writing = undefined;
  }

  async #orFail<T>(action: () => Promise<T>): Promise<T> {
    this.#refuseIfFailed();
    try {
      const result = await action();
      // A call that failed meanwhile took the right to answer from this one too.
      this.#refuseIfFailed();
      return result;
    } catch (failure) {
      throw this.#fail(failure);
    }
  }

  /** Gives back what stopped the machine first. */
  #fail(failure: unknown): unknown {
    this.#failure ??= failure;
    return failure;
  }

  #refuseIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function entryOf({ entry }: CacheSlot): Entry | undefined {
  return entry && fromCachedEntry(entry);
}
