/**
 * The state machine: decided values in, replies out. The log alone determines both the state and the
 * replies, however the log is cut into runs and however often the replica starts anew.
 * Rule: state, sessions and position change together, in one write.
 */
import assert from 'node:assert/strict';
import { decodeBatch, type Origin } from './batch.ts';
import type { Bytes, Entry, Reply, Request } from './command.ts';
import type { Position } from './position.ts';
import { nameOf } from './rows/keys.ts';
import { Sessions } from './sessions.ts';
import { StateDatabase, type StateLevel } from './state-database.ts';
import { nextStateHash } from './state-hash.ts';
import { Store } from './store.ts';

/** A decided value, and the instance that decided it. */
export interface Decision {
  readonly seq: number;
  readonly value: Bytes;
}

/** What became of a decision. */
export interface Applied {
  readonly seq: number;
  /** Whose batch it was; `undefined` for the noop. */
  readonly origin: Origin | undefined;
  /** One for each request of the batch, in its order. */
  readonly replies: readonly Reply[];
}

export interface ApplyOptions {
  /** Whether the run is durable when `apply` resolves. Default false: see {@link StateMachine.flush}. */
  readonly sync?: boolean;
}

/**
 * Any error of the database or of a decided value stops the machine: every later call throws the same
 * error, until the database was closed and a new machine opened on it.
 */
export class StateMachine {
  readonly #database: StateDatabase;
  readonly #sessions: Sessions;
  #position: Position;
  #durable: number;
  #isApplying = false;
  /** What stopped the machine. */
  #failure: unknown;

  private constructor(database: StateDatabase, sessions: Sessions, position: Position) {
    this.#database = database;
    this.#sessions = sessions;
    this.#position = position;
    this.#durable = position.applied;
  }

  /**
   * Takes up the state where `level`, which is open, has it, once every row was found to be there and
   * unharmed. Nobody else may write to `level`; closing it is the caller's part. How far `journalTurn`
   * says the journal has come is noted with each write.
   *
   * @throws StateError
   */
  static async open(level: StateLevel, journalTurn?: () => number): Promise<StateMachine> {
    const database = new StateDatabase(level, journalTurn);
    const { position, sessions } = await database.load();
    return new StateMachine(database, new Sessions(position.sessions, sessions), position);
  }

  /** The highest instance applied, −1 for none. */
  get applied(): number {
    return this.#position.applied;
  }

  /** The highest instance whose effects survive a crash: up to here the log may be forgotten. */
  get durable(): number {
    return this.#durable;
  }

  /** Of the store, after the highest instance applied. */
  get revision(): number {
    return this.#position.revision;
  }

  get sessionCount(): number {
    return this.#sessions.count;
  }

  /** In hexadecimal. Equal on every replica with the same `applied`. */
  get stateHash(): string {
    return Buffer.from(this.#position.stateHash).toString('hex');
  }

  /**
   * Applies a run of consecutive instances, the first being `applied + 1`. All of them take effect
   * together. To be called again only when the last call has settled.
   *
   * @throws StateError
   */
  async apply(
    decisions: readonly Decision[],
    { sync = false }: ApplyOptions = {},
  ): Promise<readonly Applied[]> {
    assert(!this.#isApplying, 'one run is applied at a time');
    decisions.forEach(({ seq }, index) => {
      assert.equal(seq, this.applied + 1 + index, 'instances are applied in order, each once');
    });
    if (decisions.length === 0) return [];
    this.#isApplying = true;
    try {
      return await this.#orFail(() => this.#applyRun(decisions, sync));
    } finally {
      this.#isApplying = false;
    }
  }

  /**
   * Makes durable all that is applied by now. May be called at any time, also during `apply`.
   *
   * @throws StateError
   */
  async flush(): Promise<void> {
    await this.#orFail(async () => {
      const { applied } = this;
      if (applied <= this.#durable) return;
      await this.#database.flush(applied);
      this.#durable = Math.max(this.#durable, applied);
    });
  }

  /**
   * What `key` holds after the highest instance applied, or after the run under way.
   *
   * @throws StateError
   */
  read(key: Bytes): Promise<Entry | undefined> {
    return this.#orFail(async () => {
      const [place] = await this.#database.readPlaces([key]);
      return place?.entry;
    });
  }

  /** In hexadecimal: over the whole state, read from the database. For tests and audits: it takes long. */
  contentHash(): Promise<string> {
    return this.#orFail(() => this.#database.contentHash());
  }

  async #applyRun(decisions: readonly Decision[], sync: boolean): Promise<readonly Applied[]> {
    const instances = decisions.map(({ seq, value }) => ({ seq, value, ...decodeBatch(value) }));
    const keys = keysOf(instances.flatMap(({ requests }) => requests));
    const store = new Store(this.revision, await this.#database.readPlaces(keys));
    let { applied, stateHash } = this.#position;
    const outcomes = instances.map(({ seq, value, origin, requests }) => {
      const replies = requests.map((request) => this.#sessions.apply(request, store));
      applied = seq;
      stateHash = nextStateHash(stateHash, { seq, value, replies });
      return { seq, origin, replies };
    });
    await this.#write(store, { applied, stateHash }, sync);
    return outcomes;
  }

  async #write(store: Store, reached: Reached, sync: boolean): Promise<void> {
    const { revision } = store;
    const position = { ...reached, revision, sessions: this.#sessions.counts };
    const sessions = this.#sessions.takeChanges();
    await this.#database.write({ places: store.changes(), sessions, position }, sync);
    this.#position = position;
    if (sync) this.#durable = position.applied;
  }

  async #orFail<T>(action: () => Promise<T>): Promise<T> {
    this.#refuseIfFailed();
    try {
      const result = await action();
      // A call that failed meanwhile took the right to answer from this one too.
      this.#refuseIfFailed();
      return result;
    } catch (failure) {
      this.#failure ??= failure;
      throw failure;
    }
  }

  #refuseIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

type Reached = Pick<Position, 'applied' | 'stateHash'>;

/** Each key once. */
function keysOf(requests: readonly Request[]): Bytes[] {
  const keys = new Map<string, Bytes>();
  for (const { command } of requests) {
    if (command.type !== 'openSession') keys.set(nameOf(command.key), command.key);
  }
  return [...keys.values()];
}
