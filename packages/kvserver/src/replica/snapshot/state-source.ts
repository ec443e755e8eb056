/**
 * Sends this replica's state to others. It holds one snapshot for each receiver, until the last page is sent
 * or the receiver has been silent for too long.
 * Rule: a state that turns out to be damaged is not sent any further.
 */
import type { Clock, PeerId } from '@paxkv/paxos';
import type { StateLevel } from '../../storage/state/state-database.ts';
import { StateExport } from '../../storage/state/state-export.ts';
import type { Fetch, Page, StatePort } from '../ports.ts';

/** Most bytes in one page. A single row may be larger. */
const pageBytesMax = 256 * 1024;
/** How long a snapshot is held for a receiver that asks for nothing. */
const silenceMsMax = 30_000;

export interface StateSourceOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  /** The database to read, or the reason why there is no state to send. */
  readonly state: () => { readonly level: StateLevel } | { readonly reason: string };
  /** The state could not be read, or is damaged. */
  readonly onFailed: (error: unknown) => void;
}

/** The transfer of one snapshot to one receiver. */
interface Transfer {
  readonly transfer: number;
  readonly source: StateExport;
  /** The latest page sent, to repeat it if it is lost. */
  last: Page | undefined;
  heardMs: number;
}

export class StateSource {
  readonly #options: StateSourceOptions;
  readonly #transfers = new Map<PeerId, Transfer>();
  /** The answers in progress for each receiver, one after the other. */
  readonly #answers = new Map<PeerId, Promise<void>>();
  #isClosed = false;

  constructor(options: StateSourceOptions) {
    this.#options = options;
  }

  /** Answers later. A request that does not fit the transfer in progress is not answered. */
  onFetch(from: PeerId, message: Fetch): void {
    if (this.#isClosed) return;
    const before = this.#answers.get(from) ?? Promise.resolve();
    this.#answers.set(
      from,
      before.then(() => this.#answer(from, message)),
    );
  }

  /** Releases all snapshots, and answers nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.release();
  }

  /** Releases all snapshots, after the reads in progress. */
  async release(): Promise<void> {
    await Promise.all(this.#answers.values());
    await Promise.all([...this.#transfers.keys()].map((from) => this.#drop(from)));
  }

  async #answer(from: PeerId, message: Fetch): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#dropSilent();
      const current = this.#transfers.get(from);
      if (current?.transfer === message.transfer) await this.#give(from, current, message.page);
      else if (message.page === 0) await this.#begin(from, message.transfer);
      else this.#refuse(from, message.transfer, 'this state is not held any more');
    } catch (error) {
      this.#refuse(from, message.transfer, 'the state could not be read');
      this.#options.onFailed(error);
    }
  }

  async #begin(from: PeerId, transfer: number): Promise<void> {
    await this.#drop(from);
    const state = this.#options.state();
    if ('reason' in state) {
      this.#refuse(from, transfer, state.reason);
      return;
    }
    const source = await StateExport.open(state.level);
    const begun = { transfer, source, last: undefined, heardMs: 0 };
    this.#transfers.set(from, begun);
    await this.#give(from, begun, 0);
  }

  async #give(from: PeerId, transfer: Transfer, page: number): Promise<void> {
    transfer.heardMs = this.#options.clock.now();
    const isNext = page === (transfer.last === undefined ? 0 : transfer.last.page + 1);
    if (isNext && transfer.last?.isLast !== true) {
      const { applied } = transfer.source;
      const read = await transfer.source.next(pageBytesMax);
      transfer.last = { type: 'page', transfer: transfer.transfer, page, applied, ...read };
      if (read.isLast) await transfer.source.close();
    }
    if (transfer.last?.page === page) this.#options.port.send(from, transfer.last);
  }

  #refuse(to: PeerId, transfer: number, reason: string): void {
    this.#options.port.send(to, { type: 'refused', transfer, reason });
  }

  async #dropSilent(): Promise<void> {
    const sinceMs = this.#options.clock.now() - silenceMsMax;
    for (const [from, { heardMs }] of this.#transfers) {
      if (heardMs < sinceMs) await this.#drop(from);
    }
  }

  async #drop(from: PeerId): Promise<void> {
    const transfer = this.#transfers.get(from);
    this.#transfers.delete(from);
    await transfer?.source.close();
  }
}
