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

export class RequestTurns {
  readonly #clock: TurnClock;
  readonly #waiting = new FairQueue<() => void>();
  /** When the slice of this turn of the event loop ends; absent before its first request. */
  #endMs: number | undefined;

  constructor(clock: TurnClock) {
    this.#clock = clock;
  }

  /** Calls `begin`, which never throws: now, or in a later turn if the slice of this one is over. */
  run(client: Client, begin: () => void): void {
    if (this.#endMs === undefined) this.#open();
    if (this.#waiting.size === 0 && !this.#isOver()) begin();
    else this.#waiting.add(client, begin);
  }

  #open(): void {
    const { now, later } = this.#clock;
    this.#endMs = now() + sliceMsMax;
    later(this.#next);
  }

  #isOver(): boolean {
    return this.#endMs !== undefined && this.#clock.now() > this.#endMs;
  }

  readonly #next = (): void => {
    this.#endMs = undefined;
    if (this.#waiting.size === 0) return;
    this.#open();
    this.#waiting.serve((begin) => {
      if (this.#isOver()) return 'enough';
      begin();
      return requestCost;
    });
  };
}
