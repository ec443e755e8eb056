/** Actions of a visitor, a lesson or the robot on a run. They are plain data, so that a run can be repeated. */

export type Action =
  | {
      readonly type: 'propose';
      readonly peer: number;
      readonly seq: number;
      readonly value: string;
    }
  /** The host of the peer needs nothing at or below `seq` any more. */
  | { readonly type: 'done'; readonly peer: number; readonly seq: number }
  | PeerAction
  | LinkAction
  | MessageAction
  | { readonly type: 'partition'; readonly groups: readonly (readonly number[])[] }
  /** Ends the partition and all cuts. */
  | { readonly type: 'heal' }
  /** Makes the network lose, repeat and reorder messages from now on, or stop doing so. */
  | { readonly type: 'lossy' | 'calm' }
  /** Makes the clock of the peer run at this rate from now on; 1 is correct. */
  | { readonly type: 'skew'; readonly peer: number; readonly rate: number }
  | { readonly type: 'put'; readonly peer: number; readonly key: string; readonly value: string }
  | { readonly type: 'get'; readonly peer: number; readonly key: string };

export interface PeerAction {
  /**
   * `wipe`: the peer crashes, and its disk is emptied and reports that. `stop`: its host stops it cleanly.
   * `deafen`: no request reaches it.
   */
  readonly type: 'crash' | 'restart' | 'wipe' | 'stop' | 'pause' | 'resume' | 'deafen' | 'undeafen';
  readonly peer: number;
}

export interface LinkAction {
  readonly type: 'cut' | 'mend';
  readonly from: number;
  readonly to: number;
}

/** An action on one message in transit, named by its number. */
export interface MessageAction {
  readonly type: 'lose' | 'delay' | 'repeat';
  readonly message: number;
}

/** How much later a delayed message arrives, and how long after the first a repeated one arrives again. */
export const messageDelayMs = 40;

/** An action, with the number of the moment that it created. */
export interface LoggedAction {
  readonly at: number;
  readonly action: Action;
}
