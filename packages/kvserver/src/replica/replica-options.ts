/** The parts a replica is made of, and the status it reports. */
import type {
  Clock,
  MessageLimits,
  Paxos,
  PaxosOptions,
  PeerId,
  Random,
  Retained,
  Storage,
  Transport,
} from '@paxkv/paxos';
import type { TraceRecorder } from '@paxkv/paxos/core';
import type { Bytes } from '@paxkv/protocol';
import type { ScrubLimits } from '../config/scrub-limits.ts';
import type { Limits } from '../config/settings.ts';
import type { Version } from '../state-machine/features.ts';
import type { SessionLimits } from '../state-machine/sessions/sessions.ts';
import type { StateLevel } from '../storage/state/state-database.ts';
import type { StateDatabaseOptions, StateTables } from '../storage/state/state-database-options.ts';
import type { ApplyObserver } from './apply/applier.ts';
import type { CatchUpProgress } from './catch-up/catch-up-progress.ts';
import type { LogWindow } from './catch-up/log-window.ts';
import type { ChecksumPort, ForwardPort, LevelPort, StatePort } from './ports.ts';
import type { Contact } from './reads/quorum-contact.ts';
import type { Difference } from './scrub/checksum-exchange.ts';
import type { ScrubStatus } from './scrub/scrubber.ts';

/** A core of Paxos, which loads peers. */
export interface Core {
  /** @throws PaxosError */
  load(options: PaxosOptions<Bytes>): Promise<Paxos<Bytes>>;
}

export interface ReplicaOptions {
  readonly me: PeerId;
  /** Random for each start, to distinguish the batches of different runs. */
  readonly runId: number;
  readonly peerCount: number;
  /** Default: the core of this version. */
  readonly core?: Core;
  readonly transport: Transport<Bytes>;
  readonly storage: Storage<Bytes>;
  /** How often this node lost its state, from 0. Default 0. See `PaxosOptions`. */
  readonly stateEpoch?: number;
  /** The open state database. The replica does not close it. */
  readonly state: StateLevel;
  /** The tables that the state database had when it was opened. Absent if they are verified, or there are none. */
  readonly tables?: StateTables;
  /** The write index of the journal. The state records it, to detect a journal that lost its end. */
  readonly journalIndex?: () => number;
  /** Where the latest changes are kept over restarts. Default: nowhere. */
  readonly history?: StateDatabaseOptions['history'];
  /** Keeps decisions that left memory and that some replica may still need. The replica does not close it. */
  readonly logWindow?: LogWindow;
  /** Fetches what is missing from other replicas if the own state is lost or too old, and serves them. */
  readonly stateTransfer: StateTransfer;
  /** Whether this replica may become the leader. Default false. */
  readonly isCandidate?: boolean;
  /** Carries batches to the leader. The replica closes it. If absent, each replica proposes its own batches. */
  readonly forwarding?: ForwardPort;
  /** Carries checksums of states, which replicas compare. The replica closes it. */
  readonly checksums?: ChecksumPort;
  /** Exchanges feature levels with the others. If absent, this replica never raises that of the cluster. */
  readonly levels?: LevelPort;
  /** What this replica can apply. Default: `thisVersion`; tests run as others. */
  readonly version?: Version;
  readonly clock: Clock;
  readonly random: Random;
  /** Draws 16 bytes that nobody can guess. */
  readonly drawEntropy: () => Bytes;
  readonly limits: Limits;
  /** How many elements one message of Paxos carries at most. Default: as many as receivers accept. */
  readonly messageLimits?: Partial<MessageLimits>;
  /** Bounds of the sessions, the same at all replicas. Default: those that every server has. */
  readonly sessionLimits?: SessionLimits;
  /** How many writes without a stamp may be outstanding, from 1 to the default, which is `sessionWindowMax`. */
  readonly ownSessionWindowMax?: number;
  /** How fast and how often all rows are verified. If absent, rows are verified only when they are read. */
  readonly scrub?: ScrubLimits;
  /** How much of its journal and of its memory this server uses. Default: nothing. */
  readonly usage?: {
    readonly journal: { readonly liveBytes: number; readonly flushedMs: number };
    readonly memory: { readonly percent: number };
  };
  /** Learns how long applying and writing the state take. */
  readonly observer?: ApplyObserver;
  /** Records the inputs of the peer. */
  readonly recorder?: TraceRecorder<Bytes>;
  /** Called when the known leader changes. `undefined`: no leader is known. */
  readonly onLeader?: (leader: PeerId | undefined) => void;
  /** Called when another replica has another state at the same position, once until it is the same again. */
  readonly onDifference?: (difference: Difference) => void;
  /** Called with the feature level of the state: at the start, and when it has risen. */
  readonly onFeatureLevel?: (level: number) => void;
  /** Called with the incarnation of the cluster: at the start if the state names it, else when it does. */
  readonly onIncarnation?: (incarnation: string) => void;
  /** Called for each message of another replica that was dropped since it cannot be true, and why. */
  readonly onRefused?: (from: PeerId, reason: string) => void;
  /** Called when the replica has failed. It neither votes nor serves any more. */
  readonly onStopped?: (error: Error) => void;
}

export interface StateTransfer {
  /** Carries the messages of log and state transfers. The replica closes it. */
  readonly port: StatePort;
  /**
   * Calls `fill` with an empty database, then replaces the state by that database, atomically even if the power
   * fails. Resolves with the open database. If `fill` throws, this throws too, and the state stays.
   */
  replace(fill: (level: StateLevel) => Promise<void>): Promise<StateLevel>;
}

/** The status that a replica reports. Times are those of its clock. */
export interface ReplicaStatus extends Contact {
  /**
   * `joining`: not serving. The replica lost its memory, and takes part only in instances that begin after the
   * others have admitted it.
   * `repairing`: not serving. The replica fetches a state from another one.
   */
  readonly state: 'joining' | 'repairing' | 'running' | 'stopping' | 'failed';
  /** Why the replica is not running. */
  readonly reason: string | undefined;
  readonly failure: Error | undefined;
  /** The highest instance applied, or −1. */
  readonly applied: number;
  /** The lowest instance remembered, and the highest known to exist. */
  readonly min: number;
  readonly max: number;
  /** Below it the others may have forgotten everything. */
  readonly floor: number;
  /** The decisions in memory. */
  readonly retained: Retained;
  readonly revision: number;
  readonly sessions: number;
  /** The feature level of the cluster, after the highest instance applied. */
  readonly featureLevel: number;
  /** The incarnation of the cluster, once it is known here. */
  readonly incarnation: string | undefined;
  /** Whether the cluster has all that it needs before requests may enter the log. */
  readonly isFounded: boolean;
  /** Requests accepted that have no reply yet. */
  readonly pending: number;
  /** Absent if nothing is verified in the background. */
  readonly scrub: ReplicaScrubStatus | undefined;
  /** The leader known here. */
  readonly leader: PeerId | undefined;
  /** Bytes of decisions that are known here and not applied. */
  readonly waitingBytes: number;
  /** For each replica, the highest instance it needs no more, as far as is known here; −1 if none is known. */
  readonly doneByPeer: readonly number[];
  /** The replicas without whose answer this one may not take part yet. Empty if it does. */
  readonly awaited: readonly PeerId[];
  /** What the replica is taking from another one at this moment. */
  readonly catchUp?: CatchUpProgress | undefined;
}

/** The verification of rows in the background, and the comparison with other replicas. */
export interface ReplicaScrubStatus extends ScrubStatus {
  /** The replicas whose state differed when it was compared last. */
  readonly differsFrom: readonly PeerId[];
}
