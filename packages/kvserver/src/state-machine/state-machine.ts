/**
 * The state machine: decided values in, replies out. The log alone determines the state and the replies,
 * however it is split into runs and however often the replica restarts.
 * A run takes effect in memory at once. Later, the changes of many runs are written together.
 * Rule: state, sessions and position change together on disk, in one write, and one write at a time.
 */
import { strict as assert } from 'node:assert';
import type { Bytes, Entry, PageRead } from '@paxkv/protocol';
import { Auth } from './auth/auth.ts';
import { FailureLatch } from './failure-latch.ts';
import { expectLevel, thisVersion } from './features.ts';
import { InstanceApplier, isStepwise } from './instance-applier.ts';
import { Leases } from './leases/leases.ts';
import type { MachineOptions } from './machine-options.ts';
import {
  type Applied,
  type Decision,
  type Instance,
  namesIn,
  type ResolvedInstance,
  readRun,
  resolveRun,
} from './run.ts';
import { Sessions } from './sessions/sessions.ts';
import { unappliable } from './state-error.ts';
import type { LoadedState, Pause, StateStore, VerifiedRows } from './state-store.ts';
import { History } from './store/changes/history.ts';
import { RecentChanges } from './store/changes/recent-changes.ts';
import { EntryCache } from './store/entry-cache.ts';
import { EntryReader, type Found, type HasRoom } from './store/entry-reader.ts';
import { nameOf } from './store/latin1.ts';
import { PageReader, type PageReply } from './store/ranges/pages.ts';
import { type NotShown, RangeReader } from './store/ranges/range-reader.ts';
import { removableSlots } from './store/ranges/removable-slots.ts';
import { Store } from './store/store.ts';
import { Values } from './values.ts';

export type { Applied, Decision } from './run.ts';
export { type Found, type HasRoom, noRoom } from './store/entry-reader.ts';
export type { PageReply } from './store/ranges/pages.ts';
export type { NotShown } from './store/ranges/range-reader.ts';

/**
 * Any error of the database or of a decided value stops the machine: every later call throws the same
 * error. To recover, close the database and open a new machine on it.
 */
export class StateMachine {
  readonly #stateStore: StateStore;
  readonly #entries: EntryCache;
  /** The latest changes up to the highest applied instance. Those from before a start come a little later. */
  readonly recentChanges: RecentChanges;
  readonly history: History;
  readonly #store: Store;
  readonly #sessions: Sessions;
  /** The leases after the highest applied instance. */
  readonly leases: Leases;
  /** The auth table after the highest applied instance. */
  readonly auth: Auth;
  readonly #instances: InstanceApplier;
  readonly values: Values;
  readonly #reader: EntryReader;
  readonly #ranges: RangeReader;
  readonly #pages: PageReader;
  #durable: number;
  #writing: Promise<void> | undefined;
  #isApplying = false;
  /** Keeps the error that stopped the machine. */
  readonly #latch = new FailureLatch();

  private constructor(
    stateStore: StateStore,
    { position, sessions, leases }: LoadedState,
    auth: Auth,
    { version = thisVersion, values = new Values(version), ...options }: MachineOptions,
  ) {
    this.#stateStore = stateStore;
    this.values = values;
    const { sessionLimits: limits, cachedBytesMax: bytesMax } = options;
    const read = (names: readonly string[]) => stateStore.readEntries(names);
    this.#entries = new EntryCache({ read, isNew: position.applied < 0, bytesMax });
    this.#reader = new EntryReader(this.#entries);
    this.leases = new Leases(leases);
    const { revision, incarnation } = position;
    const recent = new RecentChanges(revision, options.recentChangesBytesMax);
    this.recentChanges = recent;
    const reading = this.#latch.guard(() => stateStore.readHistory(recent.bytesMax));
    this.history = new History(recent, revision, reading);
    this.#store = new Store(revision, this.#entries, { recent, leases: this.leases });
    this.#ranges = new RangeReader({
      store: stateStore,
      undurable: () => this.#entries.undurable(),
      revision: () => this.#store.revision,
      recentChanges: recent,
      history: this.history,
    });
    this.#pages = new PageReader(this.#ranges);
    this.#sessions = new Sessions(position.sessions, sessions, { incarnation, limits });
    this.auth = auth;
    this.#instances = new InstanceApplier(position, {
      ...{ sessions: this.#sessions, store: this.#store, leases: this.leases, auth, version },
      removable: (command) =>
        this.#unlessFailed(removableSlots(this.#ranges, this.#entries, command)),
      slotsOf: (names) => this.#unlessFailed(this.#entries.hold(names)),
    });
    this.#durable = position.applied;
  }

  /**
   * Loads the state from `stateStore`, which verifies what it loads. Nothing else may write to that store meanwhile.
   *
   * @throws StateError
   */
  static async open(stateStore: StateStore, options: MachineOptions = {}): Promise<StateMachine> {
    const version = options.version ?? thisVersion;
    const state = await stateStore.load(({ featureLevel }) => expectLevel(version, featureLevel));
    const auth = await Auth.load(stateStore, state.position);
    return new StateMachine(stateStore, state, auth, options);
  }

  /** The highest applied instance, −1 for none. */
  get applied(): number {
    return this.#instances.applied;
  }

  /** The highest instance whose effects survive a crash. The log up to here may be forgotten. */
  get durable(): number {
    return this.#durable;
  }

  /** Approximate bytes of the entries that changed and are in no write yet. */
  get dirtyBytes(): number {
    return this.#entries.dirtyBytes;
  }

  /** Approximate bytes of the entries that changed and are not durable yet. They are kept in memory. */
  get undurableBytes(): number {
    return this.#entries.undurableBytes;
  }

  /** The revision of the store after the highest applied instance. */
  get revision(): number {
    return this.#store.revision;
  }

  /** The feature level of the cluster after the highest applied instance. It never sinks. */
  get featureLevel(): number {
    return this.#instances.featureLevel;
  }

  /** The incarnation of the cluster; `undefined` before it is named. */
  get incarnation(): string | undefined {
    return this.#sessions.incarnation;
  }

  get sessionCount(): number {
    return this.#sessions.count;
  }

  /** The state hash in hexadecimal. It is equal on all replicas with the same `applied`. */
  get stateHash(): string {
    return Buffer.from(this.#instances.stateHash).toString('hex');
  }

  /**
   * Applies a run of consecutive instances, the first being `applied + 1`. All of them take effect together
   * in memory, unless a range or the keys of a lease are removed; {@link StateMachine.flush} makes them durable. Returns a promise only if the
   * database must be read first. In that case, call it again only after the promise has settled.
   *
   * @throws StateError
   */
  apply(decisions: readonly Decision[]): readonly Applied[] | Promise<readonly Applied[]> {
    this.#latch.expectNone();
    assert(!this.#isApplying, 'one run is applied at a time');
    decisions.forEach(({ seq }, index) => {
      assert.equal(seq, this.applied + 1 + index, 'instances are applied in order, each once');
    });
    try {
      const run = readRun(decisions, this.values);
      const resolved = run.some(isStepwise) ? undefined : this.#slot(run);
      if (resolved === undefined) return this.#applyLater(run);
      return this.#instances.applyAll(resolved);
    } catch (failure) {
      throw this.#latch.fail(unappliable(failure, this.applied + 1));
    }
  }

  /**
   * Makes everything durable that is applied at the time of the call. May be called at any time, also during
   * `apply` and while another flush runs. The write awaits `pause` now and then, so that other work can run.
   *
   * @throws StateError
   */
  async flush(pause?: Pause): Promise<void> {
    const { applied } = this;
    await this.#latch.guard(async () => {
      while (this.#durable < applied) {
        this.#writing ??= this.#write(pause);
        await this.#writing;
      }
    });
  }

  /**
   * The entry of `key` after the highest applied instance, or after one that was applied since the call.
   * Returns a promise only if the entry is not in memory. `hasRoom` is asked before anything is read.
   *
   * @throws StateError
   */
  read(key: Bytes): Entry | undefined | Promise<Entry | undefined>;
  read(key: Bytes, hasRoom: HasRoom): Found | Promise<Found>;
  read(key: Bytes, hasRoom: HasRoom = () => true): Found | Promise<Found> {
    this.#latch.expectNone();
    const found = this.#reader.read(nameOf(key), hasRoom);
    return found instanceof Promise ? this.#latch.guard(() => found) : found;
  }

  /** A page of a range, of the same moment as what `read` reads, or of an earlier revision. @throws StateError */
  readRange(command: PageRead): Promise<PageReply | NotShown> {
    return this.#latch.guard(() => this.#pages.read(command));
  }

  /** The position as written last, and the checksum of all rows there: equal on all replicas at one position. */
  get written(): StateStore['written'] {
    return this.#stateStore.written;
  }

  /**
   * Verifies up to `countMax` more rows of a pass over all rows on disk. One call at a time; other calls may run
   * meanwhile.
   *
   * @throws StateError `STATE_DAMAGED`, after which the machine has stopped.
   */
  verifyRows(countMax: number): Promise<VerifiedRows> {
    return this.#latch.guard(() => this.#stateStore.verifyRows(countMax));
  }

  /**
   * A hash over the whole state in hexadecimal. The state is flushed, then read from the database, which
   * takes long. For tests and audits.
   */
  async contentHash(): Promise<string> {
    await this.flush();
    return this.#latch.guard(() => this.#stateStore.contentHash());
  }

  async #applyLater(run: readonly Instance[]): Promise<readonly Applied[]> {
    this.#isApplying = true;
    try {
      return await this.#latch.guard(() => this.#readAndApply(run));
    } finally {
      this.#entries.release();
      this.#isApplying = false;
    }
  }

  async #readAndApply(run: readonly Instance[]): Promise<readonly Applied[]> {
    try {
      await this.#entries.hold(namesIn(run));
      this.#latch.expectNone();
      const resolved = this.#slot(run);
      assert(resolved !== undefined, 'every key a command names is in memory');
      return await this.#instances.applyEach(resolved);
    } catch (cause) {
      throw unappliable(cause, this.applied + 1);
    }
  }

  #slot(run: readonly Instance[]): readonly ResolvedInstance[] | undefined {
    return resolveRun(run, (name) => this.#entries.find(name));
  }

  async #unlessFailed<T>(reading: Promise<T>): Promise<T> {
    const found = await reading;
    this.#latch.expectNone();
    return found;
  }

  async #write(pause: Pause | undefined): Promise<void> {
    // Safety: the state on disk is that after a whole instance.
    while (this.#instances.unfinished !== undefined) await this.#instances.unfinished;
    this.#latch.expectNone();
    const { applied, revision, featureLevel, incarnation } = this;
    const sessions = this.#sessions.counts;
    const stateHash = this.#instances.stateHash;
    const changes = {
      entries: this.#entries.takeChanges(),
      sessions: this.#sessions.takeChanges(),
      leases: this.leases.takeChanges(),
      history: this.history.takeUnwritten(revision),
      position: { applied, stateHash, revision, sessions, featureLevel, incarnation },
    };
    await this.#stateStore.write(changes, pause);
    this.#entries.settle();
    this.#durable = applied;
    this.#writing = undefined;
  }
}
