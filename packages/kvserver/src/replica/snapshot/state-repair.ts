/**
 * Sees to it that this replica's state reaches to where the log begins. If the others have forgotten
 * what it lacks, no log can bring it there: then it takes a whole state from one of them.
 */
import type { Clock, PeerId, Random } from '@paxkv/paxos';
import { StateMachine } from '../../state-machine/state-machine.ts';
import type { StateLevel } from '../../storage/state/state-database.ts';
import type { StateTransfer } from '../replica-options.ts';
import { StateFetch } from './state-fetch.ts';
import type { StateMessage } from './state-port.ts';
import { StateSource } from './state-source.ts';

export interface StateRepairOptions extends StateTransfer {
  readonly state: StateLevel;
  readonly journalIndex?: () => number;
  /** The highest instance whose effects are in the own database, −1 for none. */
  readonly durable: () => number;
  readonly me: PeerId;
  readonly peerCount: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The own state could not be read: this replica must not go on with it. */
  readonly onFailed: (error: unknown) => void;
}

export class StateRepair {
  readonly #options: StateRepairOptions;
  readonly #source: StateSource;
  readonly #fetch: StateFetch;
  #level: StateLevel;
  #isRepairing = false;
  #lastTry: string | undefined;

  constructor(options: StateRepairOptions) {
    const { port, me, peerCount } = options;
    const all = Array.from({ length: peerCount }, (_, node) => node);
    this.#options = options;
    this.#level = options.state;
    this.#source = new StateSource({ ...options, state: () => this.#given() });
    this.#fetch = new StateFetch({ ...options, others: all.filter((node) => node !== me) });
    port.open((from, message) => this.#receive(from, message));
  }

  /** Why the last attempt came to nothing; `undefined` if there was none. */
  get lastTry(): string | undefined {
    return this.#lastTry;
  }

  /**
   * Takes a state above instance `applied` from another replica. Nobody may use the own one meanwhile.
   * Resolves with `undefined` if it was stopped before one had come.
   *
   * @throws StateError, and what `replace` throws
   */
  async repair(applied: number): Promise<StateMachine | undefined> {
    this.#isRepairing = true;
    await this.#source.release();
    const level = await this.#fetch.run(applied, (reason) => {
      this.#lastTry = reason;
    });
    if (level === undefined) return undefined;
    const machine = await StateMachine.open(level, this.#options.journalIndex);
    this.#level = level;
    this.#isRepairing = false;
    this.#lastTry = undefined;
    return machine;
  }

  /** Ends what is under way. `repair` then resolves soon. */
  async stop(): Promise<void> {
    this.#options.port.close();
    this.#fetch.stop();
    await this.#source.close();
  }

  #receive(from: PeerId, message: StateMessage): void {
    if (message.type === 'fetch') this.#source.onFetch(from, message);
    else this.#fetch.onAnswer(from, message);
  }

  #given(): { readonly level: StateLevel } | { readonly reason: string } {
    if (this.#isRepairing) return { reason: 'its own state is on its way' };
    if (this.#options.durable() < 0) return { reason: 'nothing was applied to it yet' };
    return { level: this.#level };
  }
}
