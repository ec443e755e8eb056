/**
 * Fetches a whole state from another replica. It asks one replica after the other until one sends a state
 * that is newer than the own one, complete and undamaged.
 * Rule: a state that is older, incomplete or damaged never replaces the own one.
 */
import type { Clock, PeerId, Random } from '@paxkv/paxos';
import type { Version } from '../../state-machine/features.ts';
import { StateError } from '../../state-machine/state-error.ts';
import type { StateLevel } from '../../storage/state/state-database.ts';
import { StateImport } from '../../storage/state/state-import.ts';
import type { Page, Refused, StatePort } from '../ports.ts';

/** How long a page may take before it is asked for again. */
const pageMsMax = 1000;
/** How often a page is asked for before another replica is tried. */
const askCountMax = 3;
/** Time between two attempts. */
const retryDelayMs = 250;
const transferMax = 2 ** 48;

export interface StateFetchOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  readonly random: Random;
  /** The version that will use the state. Default: `thisVersion`. */
  readonly version?: Version | undefined;
  /** The other replicas. */
  readonly others: readonly PeerId[];
  /** Calls `fill` with an empty database. If that succeeds, it replaces the own state by the database. */
  readonly replace: (fill: (level: StateLevel) => Promise<void>) => Promise<StateLevel>;
}

/** The answer awaited at this moment. */
interface Awaited {
  readonly from: PeerId;
  readonly transfer: number;
  readonly page: number;
  readonly take: (answer: Page | Refused) => void;
}

/** An attempt that failed. Another attempt may succeed. */
class Attempted extends Error {}

export class StateFetch {
  readonly #options: StateFetchOptions;
  #awaited: Awaited | undefined;
  #isStopped = false;
  #onStop: () => void = () => {};

  constructor(options: StateFetchOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the database of a state above instance `applied`, or with `undefined` if it was stopped
   * before. One call at a time. Each failed attempt calls `onTry` with the reason.
   *
   * @throws the errors of `replace` that do not come from `fill`.
   */
  async run(applied: number, onTry: (reason: string) => void): Promise<StateLevel | undefined> {
    const { others, random, replace } = this.#options;
    let turn = Math.floor(random.next() * others.length);
    while (!this.#isStopped) {
      const from = others[turn % others.length];
      turn += 1;
      try {
        if (from !== undefined) return await replace((level) => this.#fill(level, from, applied));
      } catch (error) {
        if (!(error instanceof Attempted)) throw error;
        onTry(error.message);
      }
      await this.#pause();
    }
    return undefined;
  }

  /** An answer has come; any but the one awaited is ignored. */
  onAnswer(from: PeerId, answer: Page | Refused): void {
    const awaited = this.#awaited;
    if (awaited?.from !== from || awaited.transfer !== answer.transfer) return;
    if (answer.type === 'page' && answer.page !== awaited.page) return;
    awaited.take(answer);
  }

  stop(): void {
    this.#isStopped = true;
    this.#onStop();
  }

  async #fill(level: StateLevel, from: PeerId, applied: number): Promise<void> {
    const transfer = Math.floor(this.#options.random.next() * transferMax);
    const taken = new StateImport(level, this.#options.version);
    try {
      let page = await this.#ask(from, transfer, 0);
      const first = page.applied;
      if (first <= applied) throw new Attempted(`node ${from} is at instance ${first} itself`);
      for (; !page.isLast; page = await this.#ask(from, transfer, page.page + 1)) {
        await taken.add(page.rows);
      }
      await taken.add(page.rows);
      await taken.finish(first);
    } catch (error) {
      if (!(error instanceof StateError) || error.code !== 'STATE_DAMAGED') throw error;
      throw new Attempted(`node ${from} gave a damaged state: ${error.message}`);
    }
  }

  async #ask(from: PeerId, transfer: number, page: number): Promise<Page> {
    for (let count = 0; count < askCountMax && !this.#isStopped; count += 1) {
      const answer = await this.#askOnce(from, transfer, page);
      if (answer?.type === 'page') return answer;
      if (answer?.type === 'refused') {
        throw new Attempted(`node ${from} gives no state: ${answer.reason}`);
      }
    }
    throw new Attempted(`node ${from} does not answer`);
  }

  #askOnce(from: PeerId, transfer: number, page: number): Promise<Page | Refused | undefined> {
    const { port, clock } = this.#options;
    return new Promise((resolve) => {
      const take = (answer: Page | Refused | undefined) => {
        cancel();
        this.#awaited = undefined;
        resolve(answer);
      };
      const cancel = clock.at(clock.now() + pageMsMax, () => take(undefined));
      this.#onStop = () => take(undefined);
      this.#awaited = { from, transfer, page, take };
      port.send(from, { type: 'fetch', transfer, page });
    });
  }

  #pause(): Promise<void> {
    const { clock } = this.#options;
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.at(clock.now() + retryDelayMs, resolve);
      this.#onStop = () => {
        cancel();
        resolve();
      };
    });
  }
}
