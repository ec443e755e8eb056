/**
 * The pages of one state from one replica, in order. It grants credit as pages are processed, and goes back to
 * the last page that arrived if the next one is lost: same source, same snapshot.
 */
import type { Clock, PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { StateError } from '../../state-machine/state-error.ts';
import type { Page, Refused, StatePort } from '../ports.ts';

/** Pages that may be under way or not processed yet. */
const creditPages = 8;
/** How long the next page may take, and how long one that came out of order may wait for those before it. */
const pageMsMax = 1000;
const gapMsMax = 100;
/** How often a replica is asked without an answer before another one is tried. */
const askCountMax = 5;

/** The source cannot or does not go on. Another attempt may succeed. */
export class TransferEnded extends Error {}

/** The source has no newer state than the receiver. */
export class NotNewer extends TransferEnded {}

/** The cluster of the source runs at a feature level that this version does not know. */
export class LevelUnsupported extends TransferEnded {
  /** The error of the state. */
  override readonly cause: StateError;

  constructor(message: string, cause: StateError) {
    super(message);
    this.cause = cause;
  }
}

export interface StatePagesOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  readonly from: PeerId;
  /** Unique to this transfer. */
  readonly transfer: number;
}

export class StatePages {
  readonly #options: StatePagesOptions;
  /** Pages that arrived and were not handed over, by their number. */
  readonly #arrived = new Map<number, Page>();
  /** The first page that has not arrived, and the last key in the pages before it. */
  #missing = 0;
  #after: Bytes = new Uint8Array();
  /** The next page to hand over. */
  #next = 0;
  /** The first page that the source may not send yet. */
  #limit = 0;
  #attempt = 0;
  /** How often the source was asked since it last sent what was missing. */
  #asks = 0;
  #failure: TransferEnded | undefined;
  #wake: () => void = () => {};
  #cancelTimer: () => void = () => {};

  constructor(options: StatePagesOptions) {
    this.#options = options;
    this.#ask();
  }

  /** Resolves with the next page. What was handed over before counts as processed. @throws TransferEnded */
  async next(): Promise<Page> {
    if (this.#next + creditPages >= this.#limit + creditPages / 4) this.#grant();
    for (;;) {
      const page = this.#arrived.get(this.#next);
      if (page !== undefined) {
        this.#arrived.delete(this.#next);
        this.#next += 1;
        return page;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  onPage(from: PeerId, page: Page): void {
    const { transfer, attempt } = page;
    if (from !== this.#options.from || transfer !== this.#options.transfer) return;
    if (attempt !== this.#attempt || page.page < this.#missing || page.page >= this.#limit) return;
    this.#arrived.set(page.page, page);
    for (
      let each = this.#arrived.get(this.#missing);
      each;
      each = this.#arrived.get(this.#missing)
    ) {
      this.#missing += 1;
      this.#after = each.rows.at(-1)?.[0] ?? this.#after;
      this.#asks = 0;
      if (each.isLast) this.#cancelTimer();
      else this.#setTimer();
    }
    if (page.page > this.#missing) this.#setTimer();
    this.#wake();
  }

  onRefused(from: PeerId, { transfer, reason }: Refused): void {
    if (from !== this.#options.from || transfer !== this.#options.transfer) return;
    this.#fail(`node ${from} gives no state: ${reason}`);
  }

  /** Ends the transfer. A pending `next` then fails. */
  close(): void {
    const { port, from, transfer } = this.#options;
    port.send(from, { type: 'release', transfer });
    this.#fail(`the transfer from node ${from} was stopped`);
  }

  #grant(): void {
    this.#limit = this.#next + creditPages;
    const { port, from, transfer } = this.#options;
    const credit = Math.max(0, this.#limit - this.#missing);
    const place = { attempt: this.#attempt, page: this.#missing, after: this.#after };
    port.send(from, { type: 'fetch', transfer, ...place, credit });
  }

  /** Asks for the pages from the first one that is missing. */
  #ask(): void {
    const { from } = this.#options;
    if (this.#asks >= askCountMax) {
      this.#fail(`node ${from} does not answer`);
      return;
    }
    // Pages of an earlier request that come late are ignored, also those that arrived out of order.
    for (const page of this.#arrived.keys()) if (page > this.#missing) this.#arrived.delete(page);
    this.#attempt += 1;
    this.#asks += 1;
    this.#grant();
    this.#setTimer();
  }

  #setTimer(): void {
    const { clock } = this.#options;
    this.#cancelTimer();
    const isGap = this.#arrived.size > this.#missing - this.#next;
    const atMs = clock.now() + (isGap ? gapMsMax : pageMsMax);
    this.#cancelTimer = clock.at(atMs, () => this.#onSilence());
  }

  #onSilence(): void {
    if (this.#missing < this.#limit) {
      this.#ask();
      return;
    }
    // The source waits for this replica, and must know that this one is still there.
    this.#grant();
    this.#setTimer();
  }

  #fail(message: string): void {
    this.#cancelTimer();
    this.#failure ??= new TransferEnded(message);
    this.#wake();
  }
}
