/** What runs on a node between a start and a crash: a peer with the host above it. */
import type { Clock, Paxos, Random, Storage, Transport } from '@paxkv/paxos';
import type { Gate } from '@paxkv/simulator';
import type { Settings } from '../settings.ts';
import type { Core } from './core.ts';
import type { ClientCall, Witness } from './witness.ts';

/** What a peer reports of itself. */
export type PeerFacts = Pick<Paxos<string>, 'max' | 'min' | 'isMember' | 'leader' | 'status'>;

/** The state of a whole server. */
export interface ServerFacts {
  readonly state: 'joining' | 'repairing' | 'running' | 'stopping' | 'failed';
  /** The revision of its store. */
  readonly revision: number;
}

export interface Program {
  readonly peer: PeerFacts;
  /** The highest instance applied, or −1. */
  readonly applied: number;
  /** Absent if a small store is above the peer. */
  readonly server: ServerFacts | undefined;
  /** A client calls. */
  call(call: ClientCall): void;
  /** Proposes a value. A server does not: it only proposes what clients ask for. */
  propose(seq: number, value: string): void;
  /** The host needs nothing at or below `seq` any more. A server does not take this from outside. */
  done(seq: number): void;
  /** Stops cleanly. */
  stop(): Promise<void>;
}

/** What a program gets for one boot. */
export interface BootParts {
  readonly me: number;
  readonly settings: Settings;
  readonly core: Core;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly random: Random;
  readonly transport: Transport<string>;
  readonly storage: Storage<string>;
  readonly witness: Required<Witness>;
}
