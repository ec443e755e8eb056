/**
 * Replaces a state that the log of no other replica can bring up to date: takes a whole state from one of them.
 * It also serves the own state to others, and to backups.
 */
import type { Clock, PeerId, Random } from '@paxkv/paxos';
import type { Version } from '../../state-machine/features.ts';
import type { SessionLimits } from '../../state-machine/sessions/sessions.ts';
import { StateMachine } from '../../state-machine/state-machine.ts';
import type { Values } from '../../state-machine/values.ts';
import { StateDatabase, type StateLevel } from '../../storage/state/state-database.ts';
import type { StateDatabaseOptions } from '../../storage/state/state-database-options.ts';
import type { AppliedState } from '../apply/applier.ts';
import type { Fetch, Page, Refused, Release } from '../ports.ts';
import type { StateTransfer } from '../replica-options.ts';
import { StateExports } from './state-exports.ts';
import { StateFetch, type StateFetchProgress } from './state-fetch.ts';
import { StateSource } from './state-source.ts';

export interface StateRepairOptions {
  readonly transfer: StateTransfer;
  /** The state database when the replica starts. */
  readonly level: StateLevel;
  readonly journalIndex?: (() => number) | undefined;
  /** Where the latest changes are kept over restarts. Default: nowhere. */
  readonly history?: StateDatabaseOptions['history'];
  readonly state: Pick<AppliedState, 'applied' | 'durable' | 'flush'>;
  /** The other replicas. */
  readonly others: readonly PeerId[];
  readonly leader: () => PeerId | undefined;
  readonly nextTransfer: () => number;
  readonly clock: Clock;
  readonly random: Random;
  /** The version that will use the state. Default: `thisVersion`. */
  readonly version?: Version | undefined;
  readonly values?: Values | undefined;
  /** About how many bytes of entries the state machine may keep in memory. */
  readonly cachedBytesMax?: number | undefined;
  /** The same of its latest changes. */
  readonly recentChangesBytesMax?: number | undefined;
  /** Default: `sessionLimits`. */
  readonly sessionLimits?: SessionLimits | undefined;
  /** The own state could not be read, so this replica must not continue with it. */
  readonly onFailed: (error: unknown) => void;
}

export class StateRepair {
  /** The own state for backups. */
  readonly exports: StateExports;
  readonly #options: StateRepairOptions;
  readonly #source: StateSource;
  readonly #fetch: StateFetch;
  #level: StateLevel;
  /** A state of another replica has arrived, and takes the place of the own one. */
  #isReplacing = false;
  #lastAttempt: string | undefined;

  constructor(options: StateRepairOptions) {
    const { clock, random, version, transfer, level, others, leader, nextTransfer, onFailed } =
      options;
    const { port, replace } = transfer;
    this.#options = options;
    this.#level = level;
    const served = () => this.#served();
    this.#source = new StateSource({ port, clock, onFailed, state: served });
    this.exports = new StateExports({ state: options.state, served, onFailed });
    this.#fetch = new StateFetch({
      ...{ port, clock, random, version, others, leader, nextTransfer },
      replace: (fill) => replace((incoming) => this.#take(fill, incoming)),
    });
  }

  /** Why the last attempt failed; `undefined` if none has. */
  get lastAttempt(): string | undefined {
    return this.#lastAttempt;
  }

  get progress(): StateFetchProgress | undefined {
    return this.#fetch.progress;
  }

  /** The first instance that a receiver of the own state will need; `Infinity` if there is none. */
  get keepFrom(): number {
    return this.#source.keepFrom;
  }

  /**
   * Takes a state above instance `applied` from another replica. The own state must not be in use meanwhile.
   * `isLost`: it lacks what it once had.
   * Resolves with `notBehind` if a quorum has none, and the own state can be used again; with `undefined` if the repair
   * was stopped before a state arrived.
   *
   * @throws StateError, and what `replace` throws
   */
  async repair(applied: number, isLost: boolean): Promise<StateMachine | 'notBehind' | undefined> {
    await this.exports.end('takes a state from another node itself');
    const onTry = (reason: string) => {
      this.#lastAttempt = reason;
    };
    const level = await this.#fetch.run(applied, onTry, isLost);
    if (level === undefined) return undefined;
    if (level === 'notBehind') {
      this.#lastAttempt = undefined;
      return level;
    }
    const database = new StateDatabase(level, this.#options);
    const machine = await StateMachine.open(database, this.#options);
    this.#level = level;
    this.#isReplacing = false;
    this.#lastAttempt = undefined;
    return machine;
  }

  /** Until then others may take the own state, or learn that it is not newer than theirs. */
  async #take(fill: (level: StateLevel) => Promise<void>, incoming: StateLevel): Promise<void> {
    await fill(incoming);
    this.#isReplacing = true;
    await this.#source.release();
  }

  onMessage(from: PeerId, message: Fetch | Page | Release | Refused): void {
    switch (message.type) {
      case 'fetch':
        this.#source.onFetch(from, message);
        break;
      case 'release':
        this.#source.onRelease(from, message);
        break;
      case 'page':
        this.#fetch.onPage(from, message);
        break;
      case 'refused':
        this.#fetch.onRefused(from, message);
    }
  }

  /** Ends every transfer. A pending `repair` then resolves soon. */
  async stop(): Promise<void> {
    this.#fetch.stop();
    await this.#source.close();
    await this.exports.end('is stopping');
  }

  #served(): { readonly level: StateLevel } | { readonly reason: string } {
    if (this.#isReplacing) return { reason: 'it is taking a state from another node itself' };
    if (this.#options.state.durable < 0) return { reason: 'it has applied nothing yet' };
    return { level: this.#level };
  }
}
