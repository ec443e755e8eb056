/** Every fault of a schedule, as plain data: when it begins, what it affects, how long it lasts. */

/** A link in one direction. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

interface Timed {
  /** Milliseconds from the start of the schedule. */
  readonly atMs: number;
  readonly forMs: number;
}

interface OfOneNode extends Timed {
  readonly node: number;
}

/** Cuts links. `shape` only names the pattern of the cuts. */
export interface Partition extends Timed {
  readonly kind: 'partition';
  readonly shape: string;
  readonly cuts: readonly Link[];
}

/** Links from clients to some servers are down, silently. */
export interface LostClientLink extends Timed {
  readonly kind: 'lost client link';
  readonly clients: readonly number[];
  readonly nodes: readonly number[];
}

/** Programs crash, and start again when the fault is over. Writes handed to the operating system survive. */
export interface Crash extends Timed {
  readonly kind: 'crash';
  readonly nodes: readonly number[];
}

/** Programs stop gracefully, and start again when the fault is over. */
export interface Stop extends Timed {
  readonly kind: 'stop';
  readonly nodes: readonly number[];
}

/** Machines lose power: what was not flushed is lost, and the pending write is most likely torn. */
export interface PowerLoss extends Timed {
  readonly kind: 'power loss';
  readonly nodes: readonly number[];
  /** The probability that the pending write is torn. */
  readonly tearChance: number;
  /** How far the machine's clock is off when it is back, in milliseconds. */
  readonly clockOffMs: number;
}

/** The whole program is paused. */
export interface Pause extends OfOneNode {
  readonly kind: 'pause';
}

export interface SlowDisk extends OfOneNode {
  readonly kind: 'slow disk';
  readonly slowMsMax: number;
}

/** The next write fails, and with it the server, which is soon started again. */
export interface FailedWrite extends OfOneNode {
  readonly kind: 'failed write';
  readonly disk: 'journal' | 'state';
}

/** The disks are full: nothing that needs space succeeds, at any start of the server, until the fault is over. */
export interface FullDisk extends OfOneNode {
  readonly kind: 'full disk';
}

/** The disks end no call until the fault is over. */
export interface HungDisk extends OfOneNode {
  readonly kind: 'hung disk';
}

/** The program crashes, and a part of its journal is damaged, gone, or that of an earlier start. */
export interface DamagedJournal extends OfOneNode {
  readonly kind: 'damaged journal';
  readonly harm: 'flipped bit' | 'lost file' | 'old copy';
}

/** The program crashes, and its first start finds a disk that cannot be read. */
export interface FailedRead extends OfOneNode {
  readonly kind: 'failed read';
}

/** The machine comes back with an empty disk, or with one that cannot be trusted. */
export interface LostMemory extends OfOneNode {
  readonly kind: 'lost memory';
  readonly of: 'journal' | 'state' | 'both';
  /** Whether the journal reports its loss, or seems never to have been written. */
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

/** All messages from or to one server take longer, each at random, so that some overtake others. */
export interface SlowLinks extends OfOneNode {
  readonly kind: 'slow links';
  readonly direction: 'from' | 'to' | 'both';
  readonly delayMsMean: number;
}

/** The program crashes and is back only after a good part of the run, while the others go on. */
export interface LongAbsence extends OfOneNode {
  readonly kind: 'long absence';
}

/** The machine comes back without the log window of its server, or with flipped bits in it. */
export interface LostLogWindow extends OfOneNode {
  readonly kind: 'lost log window';
  readonly isDamaged: boolean;
}

export type Fault =
  | Partition
  | LostClientLink
  | Crash
  | Stop
  | PowerLoss
  | Pause
  | SlowDisk
  | FailedWrite
  | FailedRead
  | FullDisk
  | HungDisk
  | DamagedJournal
  | LostMemory
  | ClockRate
  | ClockJump
  | SlowLinks
  | LongAbsence
  | LostLogWindow;

export type FaultKind = Fault['kind'];
