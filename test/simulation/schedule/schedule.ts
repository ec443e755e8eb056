/** Everything random about one run that is drawn before it starts, as plain data. */
import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import type { FaultProfile, HintProfile } from '@paxkv/simulator';
import type { DrawnLimits } from './draw-limits.ts';
import type { Fault, FaultKind } from './fault.ts';

/** Hazards that are there all the time, at a rate, rather than once. */
export type ConditionKind =
  | 'loss'
  | 'duplicates'
  | 'reordering'
  | 'clogs'
  | 'delays'
  | 'hints'
  | 'client loss'
  | 'echoes'
  | 'small log budget'
  | 'small limits'
  | 'narrow links'
  | 'restless clients';

/** Anything harmful in a schedule, which can be left out. */
export type Hazard = FaultKind | ConditionKind;

/** The network between clients and servers. */
export interface ClientNetworkProfile {
  readonly delayMsMean: number;
  /** The probability that a request, or its answer, is lost, with or without an error. */
  readonly lossChance: number;
  /** The probability that a request arrives once more, up to `echoMsMax` later. */
  readonly echoChance: number;
  readonly echoMsMax: number;
}

/** How clients behave badly. */
export interface Unrest {
  /** The probability that a client gives up a call soon after it was made. */
  readonly abortChance: number;
  /** The probability that the program of a client crashes at a call, and starts again under the same name. */
  readonly crashChance: number;
}

export const noUnrest: Unrest = { abortChance: 0, crashChance: 0 };

export interface Load {
  readonly clientCount: number;
  /** How many of the clients have no session, and send each request once. */
  readonly sessionlessCount: number;
  /** How many calls one client makes at the same time. */
  readonly laneCount: number;
  readonly keyCount: number;
  /** How many keys have large values. */
  readonly ballastCount: number;
  /** The pause between two calls of a burst, and between two bursts. */
  readonly paceMsMean: number;
  readonly restMsMean: number;
  readonly burstCountMax: number;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly unrest: Unrest;
  /** How fast the clock of each client runs. */
  readonly clientClockRates: readonly number[];
}

/** How much of the decided log each server keeps in memory for others that are away. */
export interface LogBudget {
  readonly instances: number;
  readonly bytes: number;
}

/** That of a server without a setting. No run of a minute reaches it. */
export const logBudgetDefault: LogBudget = {
  instances: limitsDefault.logInstanceCountMax,
  bytes: limitsDefault.logBytesMax,
};

export interface Schedule {
  readonly seed: number;
  /** How the schedule of the seed was varied; see `vary.ts`. */
  readonly variants: readonly number[];
  readonly nodeCount: number;
  readonly durationMs: number;
  readonly network: FaultProfile;
  /** Whether messages between servers travel in the real wire format, or as copies of objects. */
  readonly isWireReal: boolean;
  /** How many bytes each link carries in a millisecond. Absent: any number. */
  readonly bytesPerMs?: number;
  /** How peers are told of connections that end. */
  readonly hints: HintProfile;
  readonly clientNetwork: ClientNetworkProfile;
  readonly load: Load;
  /** Whether servers may lead, or decide each instance without a leader. */
  readonly isLed: boolean;
  /** How long a write takes on a disk without a fault. */
  readonly flushMsMax: number;
  /** The highest feature level of each node's version, by its starts: see `draw-versions.ts`. */
  readonly versions: readonly (readonly number[])[];
  /** Whether the clock of a server begins anew at each start, as that of a process does. */
  readonly areClocksOfBoots: boolean;
  /** How fast each node's clock runs from the start. */
  readonly clockRates: readonly number[];
  readonly logBudget: LogBudget;
  readonly limits: DrawnLimits;
  /** The size of a segment of the real journal. Absent: a simple model stands for the journal. */
  readonly segmentBytes?: number;
  /** The most bytes in the log window of each server. */
  readonly windowBytesMax: number;
  /** How long a log window keeps values, in milliseconds. A short time makes an absence a long one. */
  readonly windowMsMax: number;
  /** Ordered by their start. */
  readonly faults: readonly Fault[];
  /** The hazards of this seed, in the order of {@link hazards}. */
  readonly hazards: readonly Hazard[];
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
  'small log budget',
  'small limits',
  'narrow links',
  'restless clients',
];

export const faultKinds: readonly FaultKind[] = [
  'partition',
  'lost client link',
  'crash',
  'stop',
  'power loss',
  'pause',
  'slow disk',
  'failed write',
  'failed read',
  'full disk',
  'hung disk',
  'damaged journal',
  'lost memory',
  'clock rate',
  'clock jump',
  'slow links',
  'long absence',
  'lost log window',
];

export const hazards: readonly Hazard[] = [...conditionKinds, ...faultKinds];
