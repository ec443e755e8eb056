/**
 * Replaces a state that ends before the log begins. The others have forgotten the instances in between, so
 * this replica takes a whole state from one of them. It also serves its own state to others.
 */
import type { Clock, PeerId, Random } from '@paxkv/paxos';
import { StateMachine } from '../../state-machine/state-machine.ts';
import { StateDatabase, type StateLevel } from '../../storage/state/state-database.ts';
import type { AppliedState } from '../apply/applier.ts';
import type { StateMessage } from '../ports.ts';
import type { StateTransfer } from '../replica-options.ts';
import { StateFetch } from './state-fetch.ts';
import { StateSource } from './state-source.ts';

export interface StateRepairOptions {
  readonly transfer: StateTransfer;
  /** The state database when the replica starts. */
  readonly level: StateLevel;
  readonly journalIndex: (() => number) | undefined;
  readonly state: Pick<AppliedState, 'durable'>;
  readonly me: PeerId;
  readonly peerCount: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly cachedBytesMax?: number;
  /** The own state could not be read, so this replica must not continue with it. */
  readonly onFailed: (error: unknown) => void;
}

export class StateRepair {
  readonly #options: StateRepairOptions;
  readonly #source: StateSource;
  readonly #fetch: StateFetch;
  #level: StateLevel;
  #isRepairing = false;
  #lastAttempt: string | undefined;

  constructor(options: StateRepairOptions) {
    const { me, peerCount, clock, random, transfer, level, onFailed } = options;
    const { port, replace } = transfer;
    const all = Array.from({ length: peerCount }, (_, node) => node);
    const others = all.filter((node) => node !== me);
    this.#options = options;
    this.#level = level;
    this.#source = new StateSource({ port, clock, onFailed, state: () => this.#served() });
    this.#fetch = new StateFetch({ port, clock, random, others, replace });
    port.open((from, message) => this.#receive(from, message));
  }

  /** Why the last attempt failed; `undefined` if none has. */
  get lastAttempt(): string | undefined {
    return this.#lastAttempt;
  }

  /**
   * Takes a state above instance `applied` from another replica. The own state must not be in use meanwhile.
   * Resolves with `undefined` if the repair was stopped before a state arrived.
   *
   * @throws StateError, and what `replace` throws
   */
  async repair(applied: number): Promise<StateMachine | undefined> {
    this.#isRepairing = true;
    await this.#source.release();
    const level = await this.#fetch.run(applied, (reason) => {
      this.#lastAttempt = reason;
    });
    if (level === undefined) return undefined;
    const { journalIndex, cachedBytesMax } = this.#options;
    const machine = await StateMachine.open(new StateDatabase(level, journalIndex), cachedBytesMax);
    this.#level = level;
    this.#isRepairing = false;
    this.#lastAttempt = undefined;
    return machine;
  }

  /** Ends every transfer. A pending `repair` then resolves soon. */
  async stop(): Promise<void> {
    this.#options.transfer.port.close();
    this.#fetch.stop();
    await this.#source.close();
  }

  #receive(from: PeerId, message: StateMessage): void {
    if (message.type === 'fetch') this.#source.onFetch(from, message);
    else this.#fetch.onAnswer(from, message);
  }

  #served(): { readonly level: StateLevel } | { readonly reason: string } {
    if (this.#isRepairing) return { reason: 'it is taking a state from another node itself' };
    if (this.#options.state.durable < 0) return { reason: 'it has applied nothing yet' };
    return { level: this.#level };
  }
}
