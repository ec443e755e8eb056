/** All that chance decides about one run before it begins, as plain data. */
import type { FaultProfile, HintProfile } from '@paxkv/simulator';
import type { Fault, FaultKind } from './fault.ts';

/** What goes wrong all the time, at a rate, rather than once. */
export type ConditionKind =
  | 'loss'
  | 'duplicates'
  | 'reordering'
  | 'clogs'
  | 'delays'
  | 'hints'
  | 'client loss'
  | 'echoes';

/** Whatever a schedule can do without. */
export type Mischief = FaultKind | ConditionKind;

/** Between clients and servers. */
export interface ClientWays {
  readonly delayMsMean: number;
  /** Chance that a request, or its answer, is lost; with a word or without. */
  readonly lossChance: number;
  /** Chance that a request arrives once more, up to `echoMsMax` later. */
  readonly echoChance: number;
  readonly echoMsMax: number;
}

export interface Load {
  readonly clientCount: number;
  /** Of the clients, those without a session, which ask once and never again. */
  readonly sessionlessCount: number;
  /** Calls that one client has under way at once. */
  readonly laneCount: number;
  readonly keyCount: number;
  /** Keys with large values. */
  readonly ballastCount: number;
  /** Between two calls of a burst, and between two bursts. */
  readonly paceMsMean: number;
  readonly restMsMean: number;
  readonly burstCountMax: number;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly nodeCount: number;
  readonly durationMs: number;
  readonly network: FaultProfile;
  /** Whether peers hear of connections that end. */
  readonly hints: HintProfile;
  readonly ways: ClientWays;
  readonly load: Load;
  /** Whether servers try to lead the log, or decide each instance by itself. */
  readonly isLed: boolean;
  /** How long a flush takes where nothing is wrong with the disk. */
  readonly flushMsMax: number;
  /** How fast each node's clock runs from the start. */
  readonly clockRates: readonly number[];
  /** In order of their beginnings. */
  readonly faults: readonly Fault[];
  /** What this seed plays with, in the order of {@link mischiefs}. */
  readonly mischiefs: readonly Mischief[];
}

export const conditionKinds: readonly ConditionKind[] = [
  'loss',
  'duplicates',
  'reordering',
  'clogs',
  'delays',
  'hints',
  'client loss',
  'echoes',
];

export const faultKinds: readonly FaultKind[] = [
  'partition',
  'lost way',
  'crash',
  'stop',
  'power loss',
  'pause',
  'slow disk',
  'failed write',
  'failed read',
  'lost memory',
  'clock rate',
  'clock jump',
];

export const mischiefs: readonly Mischief[] = [...conditionKinds, ...faultKinds];
