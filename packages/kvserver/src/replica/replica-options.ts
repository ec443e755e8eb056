/** What a replica is made of, and what it says of itself. */
import type { Clock, PeerId, Random, Storage, Transport } from '@paxkv/paxos';
import type { Limits } from '../config.ts';
import type { Bytes } from '../state-machine/command.ts';
import type { StateLevel } from '../state-machine/state-database.ts';

export interface ReplicaOptions {
  readonly me: PeerId;
  /** How often this node was started. Never the same twice: it tells batches of two lives apart. */
  readonly boot: number;
  readonly peerCount: number;
  readonly transport: Transport<Bytes>;
  readonly storage: Storage<Bytes>;
  /** Open; stays so when the replica stops. */
  readonly state: StateLevel;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  /** Told when the replica failed by itself. It neither votes nor serves any more. */
  readonly onStopped?: (error: Error) => void;
}

export interface ReplicaStatus {
  readonly state: 'running' | 'stopping' | 'failed';
  /** Why, where it has failed. */
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
}
