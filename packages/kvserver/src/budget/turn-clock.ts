/** The turns of an event loop, and the time within them. */

export interface TurnClock {
  /** Milliseconds, which never go back. */
  readonly now: () => number;
  /** Calls back in the next turn of the event loop. */
  readonly later: (callback: () => void) => void;
}

/** The turns of the event loop of this process. */
export const loopTurns: TurnClock = { now: () => performance.now(), later: setImmediate };

/** The longest slice of one kind of work in a turn, in milliseconds. */
export const sliceMsMax = 4;
