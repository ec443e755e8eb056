/** The log window as a replica needs it: decisions that left memory although some replica still needs them. */
import type { Decision } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';

export interface PageLimits {
  readonly bytesMax: number;
  readonly countMax: number;
}

/** It may lose what it holds at any time, and then holds nothing. No call throws. */
export interface LogWindow {
  /** The log in memory begins at `min`. Called once, before all else. */
  start(min: number): void;
  /** Takes decisions that leave memory, in order. */
  add(decisions: readonly Decision<Bytes>[]): void;
  /** The lowest instance that it holds in memory only; `undefined` if there is none. */
  readonly unwrittenFrom: number | undefined;
  /** Whether it holds the decision, as far as it knows. */
  holds(seq: number): boolean;
  /** The values from `seq` on, at least one, each as it was decided; none if it does not hold them. */
  read(seq: number, limits: PageLimits): Promise<readonly Bytes[]>;
  /** Drops what every peer is done with. It deletes instances from `keepFrom` on only if they take too much. */
  trim(needed: { readonly everyPeerMin: number; readonly keepFrom: number }): void;
}

/** A window that holds nothing. */
export const noLogWindow: LogWindow = {
  start: () => {},
  add: () => {},
  unwrittenFrom: undefined,
  holds: () => false,
  read: () => Promise.resolve([]),
  trim: () => {},
};
