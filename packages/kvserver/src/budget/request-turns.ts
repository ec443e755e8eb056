/**
 * Begins requests in slices of a few milliseconds, the clients in turns. One read from a socket brings many pipelined
 * requests or a frame of thousands, and one turn of the event loop such a read from each of many sockets: without
 * slices, everything else that the server does would wait for all of them.
 * Rule: the requests of one connection begin in the order in which they came.
 */
import type { Client } from './client.ts';
import { FairQueue } from './fair-queue.ts';

/** The longest slice, in milliseconds. */
const sliceMsMax = 4;
/** What a request costs the turn of its client: two of them begin in one turn. */
const requestCost = 2048;

export interface RequestTurnsOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls back in the next turn of the event loop. */
  readonly later: (callback: () => void) => void;
}

/** Begins one request. `nowMs`: the time of the clock, which was just read. */
export type Begin = (nowMs: number) => void;

export class RequestTurns {
  readonly #options: RequestTurnsOptions;
  readonly #waiting = new FairQueue<Begin>();
  /** When the slice of this turn of the event loop ends; absent before its first request. */
  #endMs: number | undefined;

  constructor(options: RequestTurnsOptions) {
    this.#options = options;
  }

  /** Calls `begin`, which never throws: now, or in a later turn if the slice of this one is over. */
  run(client: Client, begin: Begin): void {
    const nowMs = this.#options.now();
    this.#endMs ??= this.#open(nowMs);
    if (this.#waiting.size === 0 && nowMs <= this.#endMs) begin(nowMs);
    else this.#waiting.add(client, begin);
  }

  /** Opens the slice of this turn. Returns when it ends. */
  #open(nowMs: number): number {
    this.#options.later(this.#next);
    return nowMs + sliceMsMax;
  }

  readonly #next = (): void => {
    this.#endMs = undefined;
    if (this.#waiting.size === 0) return;
    const { now } = this.#options;
    const endMs = this.#open(now());
    this.#endMs = endMs;
    this.#waiting.serve((begin) => {
      const nowMs = now();
      if (nowMs > endMs) return 'enough';
      begin(nowMs);
      return requestCost;
    });
  };
}
