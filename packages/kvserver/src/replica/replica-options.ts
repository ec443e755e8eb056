/** What a replica is made of, and what it says of itself. */
import type { Clock, PeerId, Random, Storage, Transport } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Limits } from '../config/settings.ts';
import type { StateLevel } from '../storage/state/state-database.ts';
import type { ForwardPort } from './forwarding/forward-port.ts';
import type { StatePort } from './snapshot/state-port.ts';

export interface ReplicaOptions {
  readonly me: PeerId;
  /** Drawn anew for each start. Never the same twice: it tells batches of two lives apart. */
  readonly runId: number;
  readonly peerCount: number;
  readonly transport: Transport<Bytes>;
  readonly storage: Storage<Bytes>;
  /** Open; stays so when the replica stops. */
  readonly state: StateLevel;
  /** How many turns the journal holds: the state notes it, so that a journal that lost its end is found. */
  readonly journalIndex?: () => number;
  /** How a whole state comes from others when the own one is lost or too old. */
  readonly stateTransfer?: StateTransfer;
  /** Whether this replica leads when nobody else does. Default false. */
  readonly isCandidate?: boolean;
  /** How batches get to the leader; closed by the replica when it stops. Without it each replica proposes alone. */
  readonly forwarding?: ForwardPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  /** Told when somebody else leads than before, as far as is known here, or nobody. */
  readonly onLeader?: (leader: PeerId | undefined) => void;
  /** Told when the replica failed by itself. It neither votes nor serves any more. */
  readonly onStopped?: (error: Error) => void;
}

export interface StateTransfer {
  /** Closed by the replica when it stops. */
  readonly port: StatePort;
  /**
   * Has `fill` write a whole state into an empty database, then puts that in the place of `state`, all
   * of it or nothing also when the power fails meanwhile. Resolves with it, open. What `fill` throws
   * is thrown on, and everything stays as it was.
   */
  replace(fill: (level: StateLevel) => Promise<void>): Promise<StateLevel>;
}

export interface ReplicaStatus {
  /**
   * `joining`: not serving; without memory it takes part in nothing before the others have admitted it,
   * and is no help to them in what they had begun before.
   * `repairing`: not serving; a state is on its way from another replica.
   */
  readonly state: 'joining' | 'repairing' | 'running' | 'stopping' | 'failed';
  /** Why, where it is not running. */
  readonly reason: string | undefined;
  readonly failure: Error | undefined;
  /** Highest instance applied, or −1. */
  readonly applied: number;
  /** Lowest instance remembered, and highest heard of. */
  readonly min: number;
  readonly max: number;
  readonly revision: number;
  readonly sessions: number;
  /** Requests accepted and not answered yet. */
  readonly pending: number;
  /** Who leads, as far as is known here. */
  readonly leader: PeerId | undefined;
}
