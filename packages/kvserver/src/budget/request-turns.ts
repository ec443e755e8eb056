/**
 * Begins requests in slices of a few milliseconds, the clients in turns. One read from a socket brings many pipelined
 * requests or a frame of thousands, and one turn of the event loop such a read from each of many sockets: without
 * slices, everything else that the server does would wait for all of them.
 * Rule: the requests of one connection begin in the order in which they came.
 */
import type { Client } from './client.ts';
import { FairQueue } from './fair-queue.ts';
import { sliceMsMax, type TurnClock } from './turn-clock.ts';

/** What a request costs the turn of its client: two of them begin in one turn. */
const requestCost = 2048;

/** Begins a request, which came at the time `cameMs` of the clock. It never throws. */
export type Begin = (cameMs: number) => void;

interface Waiting {
  readonly begin: Begin;
  readonly cameMs: number;
}

export class RequestTurns {
  readonly #clock: TurnClock;
  readonly #waiting = new FairQueue<Waiting>();
  /** When the slice of this turn of the event loop ends; absent before its first request. */
  #endMs: number | undefined;

  constructor(clock: TurnClock) {
    this.#clock = clock;
  }

  /** Calls `begin` now, or in a later turn if the slice of this one is over. */
  run(client: Client, begin: Begin): void {
    const nowMs = this.#clock.now();
    this.#endMs ??= this.#open(nowMs);
    if (this.#waiting.size === 0 && nowMs <= this.#endMs) begin(nowMs);
    else this.#waiting.add(client, { begin, cameMs: nowMs });
  }

  /** Begins a slice, and returns when it ends. */
  #open(nowMs: number): number {
    this.#clock.later(this.#next);
    return nowMs + sliceMsMax;
  }

  readonly #next = (): void => {
    this.#endMs = undefined;
    if (this.#waiting.size === 0) return;
    const { now } = this.#clock;
    const endMs = this.#open(now());
    this.#endMs = endMs;
    this.#waiting.serve(({ begin, cameMs }) => {
      if (now() > endMs) return 'enough';
      begin(cameMs);
      return requestCost;
    });
  };
}
