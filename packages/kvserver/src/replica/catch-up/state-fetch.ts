/**
 * Takes a whole state from another replica, of followers first. A replica that is busy, fails or falls silent is
 * left for the next one, and the state is taken from the beginning.
 * Rule: the own state stays until a new one is complete, verified, newer than the own one, and on disk. It is not
 * replaced at all if a quorum, this replica included, has no newer one, nor any other that answers: one replica alone may
 * have what was decided, if another one of the quorum that was done with it has lost its state since.
 */
import type { Clock, PeerId, Random } from '@paxkv/paxos';
import type { Version } from '../../state-machine/features.ts';
import { StateError } from '../../state-machine/state-error.ts';
import type { StateLevel } from '../../storage/state/state-database.ts';
import { StateImport } from '../../storage/state/state-import.ts';
import type { Page, Refused, StatePort } from '../ports.ts';
import { LevelUnsupported, NotNewer, StatePages, TransferEnded } from './state-pages.ts';

/** Time between two attempts. */
const retryDelayMs = 250;

export interface StateFetchOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  readonly random: Random;
  /** The version that will use the state. Default: `thisVersion`. */
  readonly version?: Version | undefined;
  /** The other replicas. */
  readonly others: readonly PeerId[];
  readonly leader: () => PeerId | undefined;
  readonly nextTransfer: () => number;
  /** Calls `fill` with an empty database. If that succeeds, it replaces the own state by the database. */
  readonly replace: (fill: (level: StateLevel) => Promise<void>) => Promise<StateLevel>;
}

export interface StateFetchProgress {
  readonly from: PeerId;
  /** Rows that have arrived, and about how many there are. */
  readonly received: number;
  readonly total: number;
}

export class StateFetch {
  readonly #options: StateFetchOptions;
  #pages: StatePages | undefined;
  #progress: StateFetchProgress | undefined;
  #isStopped = false;
  #onStop: () => void = () => {};

  constructor(options: StateFetchOptions) {
    this.#options = options;
  }

  /** Absent before the first page of a transfer. */
  get progress(): StateFetchProgress | undefined {
    return this.#progress;
  }

  /**
   * Resolves with the database of a state above instance `applied`, with `notBehind` if a quorum has none and every other
   * replica was asked, or with `undefined` if it was stopped before. One call at a time. Each failed attempt calls `onTry` with the reason.
   * `isLost`: the own state lacks what it once had, so that there must be a newer one.
   *
   * @throws the errors of `replace` that do not come from `fill`; StateError `STATE_LEVEL_UNSUPPORTED` once every
   *   other was asked, and each that gave a state gave one of a feature level that this version does not know.
   */
  async run(
    applied: number,
    onTry: (reason: string) => void,
    isLost = false,
  ): Promise<StateLevel | 'notBehind' | undefined> {
    const { others, random, replace } = this.#options;
    const notNewer = new Set<PeerId>();
    const failures = new Map<PeerId, TransferEnded>();
    const start = Math.floor(random.next() * others.length);
    for (let turn = 0; !this.#isStopped; turn += 1) {
      const from = this.#source(start, turn);
      try {
        if (from !== undefined) return await replace((level) => this.#fill(level, from, applied));
      } catch (error) {
        if (!(error instanceof TransferEnded)) throw error;
        onTry(error.message);
        if (error instanceof NotNewer && from !== undefined) notNewer.add(from);
        if (from !== undefined) failures.set(from, error);
        const isEachAsked = failures.size === others.length;
        if (isEachAsked) expectSupported([...failures.values()]);
        const isQuorum = 1 + notNewer.size > (1 + others.length) / 2;
        if (isEachAsked && isQuorum && !isLost) return 'notBehind';
      } finally {
        this.#progress = undefined;
      }
      await this.#pause();
    }
    return undefined;
  }

  onPage(from: PeerId, page: Page): void {
    this.#pages?.onPage(from, page);
  }

  onRefused(from: PeerId, message: Refused): void {
    this.#pages?.onRefused(from, message);
  }

  stop(): void {
    this.#isStopped = true;
    this.#pages?.close();
    this.#onStop();
  }

  /** The source of each turn: all followers, then the leader. */
  #source(start: number, turn: number): PeerId | undefined {
    const { others, leader } = this.#options;
    const leading = leader();
    const rotated = [...others.slice(start), ...others.slice(0, start)];
    const followers = rotated.filter((node) => node !== leading);
    const ordered = [...followers, ...rotated.filter((node) => node === leading)];
    return ordered[turn % ordered.length];
  }

  async #fill(level: StateLevel, from: PeerId, applied: number): Promise<void> {
    if (this.#isStopped) throw new TransferEnded('the replica was stopped');
    const { port, clock, nextTransfer } = this.#options;
    const pages = new StatePages({ port, clock, from, transfer: nextTransfer() });
    this.#pages = pages;
    const taken = new StateImport(level, this.#options.version);
    try {
      let page = await pages.next();
      const first = page.applied;
      if (first <= applied) throw new NotNewer(`node ${from} is at instance ${first} itself`);
      for (; !page.isLast; page = await pages.next()) await this.#add(taken, page, from);
      await this.#add(taken, page, from);
      await taken.finish(first);
    } catch (error) {
      if (!(error instanceof StateError) || error.code === 'STATE_FAILED') throw error;
      const message = `node ${from} gave a state that is of no use: ${error.message}`;
      if (error.code === 'STATE_LEVEL_UNSUPPORTED') throw new LevelUnsupported(message, error);
      throw new TransferEnded(message);
    } finally {
      this.#pages = undefined;
      pages.close();
    }
  }

  async #add(taken: StateImport, { rows, total }: Page, from: PeerId): Promise<void> {
    await taken.add(rows);
    const received = (this.#progress?.received ?? 0) + rows.length;
    this.#progress = { from, received, total: Math.max(total, received) };
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

/**
 * A server that is too old for its cluster has to find out. One other node alone, which may be damaged, is believed
 * only if no other has a state that can be used.
 *
 * @throws StateError `STATE_LEVEL_UNSUPPORTED`
 */
function expectSupported(failures: readonly TransferEnded[]): void {
  const unsupported = failures.find((failure) => failure instanceof LevelUnsupported);
  const isOthers = failures.some((failure) => failure instanceof NotNewer);
  if (unsupported !== undefined && !isOthers) throw unsupported.cause;
}
