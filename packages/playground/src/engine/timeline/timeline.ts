/** Timeline: the moments that the page shows, of a run or of a recording. */
import type { Frame } from './frame.ts';

export interface Timeline {
  /** The frame that is shown. */
  readonly frame: Frame;
  /** Those of all moments so far, from moment 0. */
  readonly frames: readonly Frame[];
  /** The moment that is shown. */
  readonly cursor: number;
  /** The last moment that there is so far. */
  readonly head: number;
  /** The time of the next moment, if there is one. */
  readonly nextMs: number | undefined;
  /** Shows another moment. */
  seek(moment: number): void;
  /** Goes to the next moment. Resolves with whether there is one. */
  step(): Promise<boolean>;
}
