/** The parts a replica is made of, and the status it reports. */
import type { Clock, PeerId, Random, Retained, Storage, Transport } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Limits } from '../config/settings.ts';
import type { StateLevel } from '../storage/state/state-database.ts';
import type { ForwardPort, StatePort } from './ports.ts';

export interface ReplicaOptions {
  readonly me: PeerId;
  /** Random for each start, to distinguish the batches of different runs. */
  readonly runId: number;
  readonly peerCount: number;
  readonly transport: Transport<Bytes>;
  readonly storage: Storage<Bytes>;
  /** How often this node lost its state, from 0. Default 0. See `PaxosOptions`. */
  readonly stateEpoch?: number;
  /** The open state database. The replica does not close it. */
  readonly state: StateLevel;
  /** The write index of the journal. The state records it, to detect a journal that lost its end. */
  readonly journalIndex?: () => number;
  /** Fetches a whole state from another replica if the own one is lost or too old. */
  readonly stateTransfer?: StateTransfer;
  /** Whether this replica may become the leader. Default false. */
  readonly isCandidate?: boolean;
  /** Carries batches to the leader. The replica closes it. If absent, each replica proposes its own batches. */
  readonly forwarding?: ForwardPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  /** How much of its journal and of its memory this server uses. Default: nothing. */
  readonly usage?: {
    readonly journal: { readonly liveBytes: number };
    readonly memory: { readonly percent: number };
  };
  /** Called when the known leader changes. `undefined`: no leader is known. */
  readonly onLeader?: (leader: PeerId | undefined) => void;
  /** Called when the replica has failed. It neither votes nor serves any more. */
  readonly onStopped?: (error: Error) => void;
}

export interface StateTransfer {
  /** Carries the messages of state transfers. The replica closes it. */
  readonly port: StatePort;
  /**
   * Calls `fill` with an empty database, then replaces the state by that database, atomically even if the power
   * fails. Resolves with the open database. If `fill` throws, this throws too, and the state stays.
   */
  replace(fill: (level: StateLevel) => Promise<void>): Promise<StateLevel>;
}

/** The status that a replica reports. */
export interface ReplicaStatus {
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
  /** Requests accepted that have no reply yet. */
  readonly pending: number;
  /** The leader known here. */
  readonly leader: PeerId | undefined;
}
