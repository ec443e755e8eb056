/** Every fault a schedule may hold, as plain data: when it begins, whom it hits, how long it lasts. */

/** A link in one direction. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

interface Timed {
  /** From the beginning of the schedule. */
  readonly atMs: number;
  readonly forMs: number;
}

interface OfOneNode extends Timed {
  readonly node: number;
}

/** Closes links. `shape` only names what the cuts amount to. */
export interface Partition extends Timed {
  readonly kind: 'partition';
  readonly shape: string;
  readonly cuts: readonly Link[];
}

/** Clients lose their way to some servers, without a word. */
export interface LostWay extends Timed {
  readonly kind: 'lost way';
  readonly clients: readonly number[];
  readonly nodes: readonly number[];
}

/** Programs end, and start anew when the fault is over. What the system has taken over it keeps. */
export interface Crash extends Timed {
  readonly kind: 'crash';
  readonly nodes: readonly number[];
}

/** Programs are asked to end, do what a program should before it does, and start anew in the end. */
export interface Stop extends Timed {
  readonly kind: 'stop';
  readonly nodes: readonly number[];
}

/** Machines lose power: what was not flushed is gone, and the write under way most likely torn. */
export interface PowerLoss extends Timed {
  readonly kind: 'power loss';
  readonly nodes: readonly number[];
  /** Chance that the write under way is damaged. */
  readonly tearChance: number;
  /** What the machine's clock shows when it is back, against what it would have shown. */
  readonly clockOffMs: number;
}

/** The whole program stands still. */
export interface Pause extends OfOneNode {
  readonly kind: 'pause';
}

export interface SlowDisk extends OfOneNode {
  readonly kind: 'slow disk';
  readonly slowMsMax: number;
}

/** The next write fails, and with it the server, which is soon started anew. */
export interface FailedWrite extends OfOneNode {
  readonly kind: 'failed write';
  readonly disk: 'journal' | 'state';
}

/** The program ends, and its first start finds a disk that cannot be read. */
export interface FailedRead extends OfOneNode {
  readonly kind: 'failed read';
}

/** The machine comes back with an empty disk, or with one that nobody can trust. */
export interface LostMemory extends OfOneNode {
  readonly kind: 'lost memory';
  readonly of: 'journal' | 'state' | 'both';
  /** Whether the journal knows of its loss, or seems never to have been written. */
  readonly isNoticed: boolean;
}

export interface ClockRate extends OfOneNode {
  readonly kind: 'clock rate';
  readonly rate: number;
}

export interface ClockJump extends OfOneNode {
  readonly kind: 'clock jump';
  readonly aheadMs: number;
}

export type Fault =
  | Partition
  | LostWay
  | Crash
  | Stop
  | PowerLoss
  | Pause
  | SlowDisk
  | FailedWrite
  | FailedRead
  | LostMemory
  | ClockRate
  | ClockJump;

export type FaultKind = Fault['kind'];
