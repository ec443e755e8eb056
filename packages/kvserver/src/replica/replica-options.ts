/** The parts a replica is made of, and the status it reports. */
import type { Clock, PeerId, Random, Storage, Transport } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Limits } from '../config/settings.ts';
import type { StateLevel } from '../storage/state/state-database.ts';
import type { ForwardPort, StatePort } from './ports.ts';

export interface ReplicaOptions {
  readonly me: PeerId;
  /** Drawn at random for each start, so that batches of two runs are told apart. */
  readonly runId: number;
  readonly peerCount: number;
  readonly transport: Transport<Bytes>;
  readonly storage: Storage<Bytes>;
  /** Open; the replica does not close it. */
  readonly state: StateLevel;
  /** The write index of the journal. The state records it, so that a journal that lost its end is noticed. */
  readonly journalIndex?: () => number;
  /** Takes a whole state from other replicas when the own one is lost or too old. */
  readonly stateTransfer?: StateTransfer;
  /** Whether this replica may become the leader. Default false. */
  readonly isCandidate?: boolean;
  /** Carries batches to the leader. The replica closes it. Without it each replica proposes its own batches. */
  readonly forwarding?: ForwardPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  /** Called when the leader known here changes; `undefined` while none is known. */
  readonly onLeader?: (leader: PeerId | undefined) => void;
  /** Called when the replica failed by itself. It neither votes nor serves any more. */
  readonly onStopped?: (error: Error) => void;
}

export interface StateTransfer {
  /** The replica closes it. */
  readonly port: StatePort;
  /**
   * Calls `fill` with an empty database, then puts that database in the place of the state, atomically also
   * when the power fails. Resolves with it, open. If `fill` throws, so does this, and the state stays.
   */
  replace(fill: (level: StateLevel) => Promise<void>): Promise<StateLevel>;
}

/** How a replica sees itself. */
export interface ReplicaStatus {
  /**
   * `joining`: not serving. It has no memory, takes part only once the others have admitted it, and cannot
   * help them with instances that they began before.
   * `repairing`: not serving. A state is being taken from another replica.
   */
  readonly state: 'joining' | 'repairing' | 'running' | 'stopping' | 'failed';
  /** Why it is not running. */
  readonly reason: string | undefined;
  readonly failure: Error | undefined;
  /** The highest instance applied, or −1. */
  readonly applied: number;
  /** The lowest instance remembered, and the highest known to exist. */
  readonly min: number;
  readonly max: number;
  readonly revision: number;
  readonly sessions: number;
  /** Requests accepted that have no reply yet. */
  readonly pending: number;
  /** The leader known here. */
  readonly leader: PeerId | undefined;
}
