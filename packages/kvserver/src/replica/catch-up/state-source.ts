/**
 * Sends this replica's state to others, to one at a time. It holds one snapshot, until the receiver releases it
 * or has been silent for too long; until then the receiver may go back to any place in it.
 * Rule: a state that turns out to be damaged is not sent any further.
 */
import type { Clock, PeerId } from '@paxkv/paxos';
import type { StateLevel } from '../../storage/state/state-database.ts';
import { StateExport } from '../../storage/state/state-export.ts';
import type { Fetch, Release, StatePort } from '../ports.ts';

/** Most bytes in one page. A single row may be larger. */
const pageBytesMax = 256 * 1024;
/** How long a snapshot is held for a receiver that asks for nothing. */
const silenceMsMax = 10_000;
/** How long others are refused although the receiver asks for nothing. */
const busyMsMax = 3000;
/** How long the log above a state is kept for a receiver that was last heard: it still has to open the state. */
const keepMsMax = 60_000;

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
  readonly to: PeerId;
  readonly transfer: number;
  source: StateExport | undefined;
  attempt: number;
  /** The number of the next page to send, and the first that may not be sent yet. */
  next: number;
  limit: number;
  /** The last page was sent. */
  isAtEnd: boolean;
  /** The key to go back to, if the receiver asked for that. */
  goTo: Uint8Array | undefined;
  heardMs: number;
  isOver: boolean;
}

export class StateSource {
  readonly #options: StateSourceOptions;
  #current: Transfer | undefined;
  /** The first instance above the last state sent, and when its receiver was last heard. */
  #kept: { seq: number; heardMs: number } | undefined;
  /** Reads of the database, one after another. Never rejects. */
  #work: Promise<void> = Promise.resolve();
  #isSending = false;
  #isClosed = false;

  constructor(options: StateSourceOptions) {
    this.#options = options;
  }

  /** The first instance that a receiver will need once it has this state; `Infinity` if there is no receiver. */
  get keepFrom(): number {
    const now = this.#options.clock.now();
    if (this.#current !== undefined && this.#current.heardMs < now - silenceMsMax) this.#drop();
    if (this.#kept === undefined || this.#kept.heardMs < now - keepMsMax) {
      return Number.POSITIVE_INFINITY;
    }
    return this.#kept.seq;
  }

  /** Answers later, if at all: a request that is late has been answered already. */
  onFetch(from: PeerId, message: Fetch): void {
    if (this.#isClosed) return;
    const { transfer, page } = message;
    const current = this.#current;
    const now = this.#options.clock.now();
    if (current?.to === from && current.transfer === transfer) {
      this.#continue(current, message);
    } else if (current !== undefined && current.to !== from && current.heardMs >= now - busyMsMax) {
      this.#refuse(from, transfer, `it is sending its state to node ${current.to}`);
    } else if (page > 0) {
      this.#refuse(from, transfer, 'this state is not held any more');
    } else {
      this.#begin(from, message);
    }
  }

  onRelease(from: PeerId, { transfer }: Release): void {
    const current = this.#current;
    if (current?.to !== from || current.transfer !== transfer) return;
    if (this.#kept !== undefined) this.#kept.heardMs = this.#options.clock.now();
    this.#drop();
  }

  /** Releases the snapshot, and answers nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.release();
  }

  /** Releases the snapshot, after the read in progress. */
  async release(): Promise<void> {
    this.#drop();
    await this.#work;
  }

  #begin(to: PeerId, { transfer, attempt, credit }: Fetch): void {
    this.#drop();
    this.#current = {
      ...{ to, transfer, attempt, next: 0, limit: credit, heardMs: this.#options.clock.now() },
      ...{ source: undefined, goTo: undefined, isAtEnd: false, isOver: false },
    };
    this.#send();
  }

  #continue(current: Transfer, { attempt, page, after, credit }: Fetch): void {
    current.heardMs = this.#options.clock.now();
    if (this.#kept !== undefined) this.#kept.heardMs = current.heardMs;
    if (attempt < current.attempt) return;
    if (attempt > current.attempt) {
      Object.assign(current, { attempt, next: page, goTo: after, isAtEnd: false, limit: 0 });
    }
    current.limit = Math.max(current.limit, page + credit);
    this.#send();
  }

  /** Sends pages as long as there is credit, with a pause for other work after each. */
  #send(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#work = this.#work.then(() => this.#sendPage());
    void this.#work.then(() => {
      this.#isSending = false;
      const current = this.#current;
      if (current === undefined || current.isAtEnd || current.next >= current.limit) return;
      const { clock } = this.#options;
      clock.at(clock.now(), () => this.#send());
    });
  }

  async #sendPage(): Promise<void> {
    const current = this.#current;
    if (current === undefined || current.isAtEnd || current.next >= current.limit) return;
    try {
      current.source ??= await this.#open(current);
      if (current.source !== undefined) await this.#readPage(current, current.source);
    } catch (error) {
      this.#refuse(current.to, current.transfer, 'the state could not be read');
      if (this.#current === current) this.#drop();
      this.#options.onFailed(error);
    }
  }

  async #open(current: Transfer): Promise<StateExport | undefined> {
    const state = this.#options.state();
    if ('reason' in state) {
      this.#refuse(current.to, current.transfer, state.reason);
      this.#current = undefined;
      return undefined;
    }
    const source = await StateExport.open(state.level);
    if (!current.isOver) this.#kept = { seq: source.applied + 1, heardMs: current.heardMs };
    return source;
  }

  async #readPage(current: Transfer, source: StateExport): Promise<void> {
    const { goTo, transfer, to } = current;
    current.goTo = undefined;
    if (goTo !== undefined) await source.goTo(goTo);
    const { rows, isLast } = await source.next(pageBytesMax);
    // Meanwhile the receiver may have asked for other pages, or have gone.
    if (current.goTo !== undefined || current.isOver) return;
    const { attempt, next: page } = current;
    const { applied, rowCount: total } = source;
    current.next += 1;
    current.isAtEnd = isLast;
    const message = {
      type: 'page',
      transfer,
      attempt,
      page,
      applied,
      total,
      rows,
      isLast,
    } as const;
    this.#options.port.send(to, message);
  }

  #refuse(to: PeerId, transfer: number, reason: string): void {
    this.#options.port.send(to, { type: 'refused', transfer, reason });
  }

  #drop(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    current.isOver = true;
    // A snapshot that does not close was of a database that is closed.
    this.#work = this.#work.then(() => current.source?.close()).catch(() => {});
  }
}
