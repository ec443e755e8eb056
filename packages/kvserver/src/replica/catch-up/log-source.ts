/**
 * Sends decisions to replicas that were away: from the log window and, above it, from memory. For each receiver
 * it keeps a place in the log and a credit, and nothing else. One page is read and sent at a time, in turn for
 * all receivers, so that votes and heartbeats come in between.
 */
import type { Clock, Paxos, PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { AppliedState } from '../apply/applier.ts';
import type { FetchLog, FindLog, StatePort } from '../ports.ts';
import type { LogWindow, PageLimits } from './log-window.ts';

/** Most bytes of a page, unless a single value is larger, and most values. */
const pageLimits: PageLimits = { bytesMax: 256 * 1024, countMax: 1024 };
/** A receiver that asks for nothing for so long has gone. */
const silenceMsMax = 10_000;

export interface LogSourceOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  readonly paxos: Pick<Paxos<Bytes>, 'status'>;
  readonly state: Pick<AppliedState, 'applied'>;
  readonly window: LogWindow;
}

/** The place of one receiver. */
interface Cursor {
  readonly transfer: number;
  seq: number;
  /** Bytes of values, in all. */
  sent: number;
  credit: number;
  heardMs: number;
}

export class LogSource {
  readonly #options: LogSourceOptions;
  /** In the order in which they get their next page. */
  readonly #cursors = new Map<PeerId, Cursor>();
  #isSending = false;
  #isStopped = false;

  constructor(options: LogSourceOptions) {
    this.#options = options;
  }

  /** The lowest instance that a receiver is about to get; `Infinity` if there is none. */
  get keepFrom(): number {
    this.#dropSilent();
    return Math.min(...[...this.#cursors.values()].map(({ seq }) => seq));
  }

  onFind(from: PeerId, { transfer, seq }: FindLog): void {
    if (this.#isStopped) return;
    const isHeld = this.#options.window.holds(seq) || this.#fromMemory(seq, 1).length > 0;
    this.#options.port.send(from, { type: 'logFound', transfer, isHeld });
  }

  onFetch(from: PeerId, { transfer, seq, received, credit }: FetchLog): void {
    const heardMs = this.#options.clock.now();
    const cursor = this.#cursors.get(from);
    if (cursor?.transfer === transfer) {
      cursor.credit = Math.max(cursor.credit, credit);
      cursor.heardMs = heardMs;
    } else {
      this.#cursors.set(from, { transfer, seq, sent: received, credit, heardMs });
    }
    if (!this.#isSending) void this.#sendAll();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cursors.clear();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      await this.#sendPage(...next);
      await this.#yieldToOthers();
    }
    this.#isSending = false;
  }

  /** The receiver that has waited longest among those with credit. */
  #takeNext(): [PeerId, Cursor] | undefined {
    if (this.#isStopped) return undefined;
    const next = [...this.#cursors].find(([, { sent, credit }]) => sent < credit);
    if (next === undefined) return undefined;
    const [to, cursor] = next;
    this.#cursors.delete(to);
    this.#cursors.set(to, cursor);
    return next;
  }

  async #sendPage(to: PeerId, cursor: Cursor): Promise<void> {
    const { port, state } = this.#options;
    const { transfer, seq } = cursor;
    const values = await this.#read(seq);
    // Meanwhile the receiver may have gone back, or asked another replica.
    if (this.#cursors.get(to) !== cursor) return;
    const { applied } = state;
    if (values.length === 0) {
      this.#cursors.delete(to);
      if (seq > applied) port.send(to, { type: 'logPage', transfer, seq, values, applied });
      else port.send(to, { type: 'refused', transfer, reason: `it has no instance ${seq}` });
      return;
    }
    cursor.seq += values.length;
    cursor.sent += values.reduce((sum, { length }) => sum + length, 0);
    port.send(to, { type: 'logPage', transfer, seq, values, applied });
  }

  async #read(seq: number): Promise<readonly Bytes[]> {
    const { window } = this.#options;
    const values = window.holds(seq) ? await window.read(seq, pageLimits) : [];
    return values.length > 0 ? values : this.#fromMemory(seq, pageLimits.countMax);
  }

  /** Only what is applied: a receiver cannot tell an end from an instance that is decided out of order. */
  #fromMemory(first: number, countMax: number): Bytes[] {
    const { paxos, state } = this.#options;
    const values: Bytes[] = [];
    const end = Math.min(state.applied + 1, first + countMax);
    for (let seq = first, bytes = 0; seq < end && bytes < pageLimits.bytesMax; seq += 1) {
      const status = paxos.status(seq);
      if (status.fate !== 'decided') break;
      values.push(status.value);
      bytes += status.value.length;
    }
    return values;
  }

  #yieldToOthers(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.at(clock.now(), resolve));
  }

  #dropSilent(): void {
    const sinceMs = this.#options.clock.now() - silenceMsMax;
    for (const [from, { heardMs }] of this.#cursors) {
      if (heardMs < sinceMs) this.#cursors.delete(from);
    }
  }
}
