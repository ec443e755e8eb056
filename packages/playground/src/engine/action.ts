/** Actions: what a visitor, a lesson or the robot does to a run. Plain data, so that a run can be repeated. */

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
  /** From now on messages are lost, repeated and overtaken; or no more. */
  | { readonly type: 'lossy' | 'calm' }
  /** The clock of the peer runs at this rate from now on; 1 is the right one. */
  | { readonly type: 'skew'; readonly peer: number; readonly rate: number }
  | { readonly type: 'put'; readonly peer: number; readonly key: string; readonly value: string }
  | { readonly type: 'get'; readonly peer: number; readonly key: string };

export interface PeerAction {
  /**
   * `wipe`: the peer crashes, and its disk is emptied and knows it. `stop`: its host ends it in order.
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

/** About one message under way, by its number. */
export interface MessageAction {
  readonly type: 'lose' | 'delay' | 'repeat';
  readonly message: number;
}

/** How much later a message arrives that is delayed, and how long after itself one that is repeated. */
export const messageDelayMs = 40;

/** An action, with the moment that it made. */
export interface LoggedAction {
  readonly at: number;
  readonly action: Action;
}
