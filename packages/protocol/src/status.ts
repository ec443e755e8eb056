/** The status of a server, which it sends in reply to `GET /status`. */
import { z } from 'zod';

/** What one server reports about itself. */
export interface StatusReply {
  readonly node: number;
  readonly cluster: string;
  /**
   * `starting`: not serving yet. `repairing`: not serving; the server recovers lost data, or waits for its
   * disk. `failed`: the server has given up and is about to stop.
   */
  readonly state: 'starting' | 'running' | 'repairing' | 'stopping' | 'failed';
  /** Why the server is in this state, if it does not serve and the reason is known. */
  readonly reason?: string;
  /** The highest instance applied to the state, or −1. */
  readonly applied: number;
  /** The lowest instance that the Paxos log still has. */
  readonly min: number;
  /** The highest instance of the Paxos log that this server knows of. */
  readonly max: number;
  readonly revision: number;
  readonly sessions: number;
  /** Requests that were accepted and are not answered yet. */
  readonly pending: number;
  /** The known leader, or `null`. Writes are fastest there. */
  readonly leader: number | null;
  readonly peers: readonly PeerStatus[];
  /** What this server is taking from another one because it was away for long; absent if nothing. */
  readonly catchUp?: CatchUpStatus;
  /** How far the server has verified the state that it stores. Absent while it does not serve. */
  readonly scrub?: ScrubStatus;
  readonly residentBytes: number;
  readonly uptimeMs: number;
  readonly version: string;
  /** The feature level of the cluster, as far as this server has applied the log. Absent while its node is closed. */
  readonly featureLevel?: number;
  /** The feature levels at which this server can run. */
  readonly featureLevels?: FeatureLevels;
}

/** A range of feature levels, both ends included. */
export interface FeatureLevels {
  readonly lowest: number;
  readonly highest: number;
  /** The highest level to which the server lets the cluster be raised, if that is below `highest`. */
  readonly raiseMax?: number;
}

/** How far a server has come with what it takes from another one. */
export interface CatchUpStatus {
  /**
   * `log`: it takes the part of the log that it missed, and serves meanwhile: reads wait until it is level.
   * `state`: no server has that part any more, so it takes a whole state, and does not serve.
   */
  readonly tier: 'log' | 'state';
  /** The node that it takes it from. */
  readonly from: number;
  /** Instances of the log, or rows of the state, that have arrived. */
  readonly received: number;
  /** How many there are, as far as is known. It rises while others write. */
  readonly total?: number;
}

/** The verification of a server's state in the background. */
export interface ScrubStatus {
  /** Whether it is verifying now, and not waiting for the next pass. */
  readonly isRunning: boolean;
  /** Rows verified in the pass that runs, or in the last one. */
  readonly rows: number;
  /** When the last pass over all rows ended without finding damage, in milliseconds since 1970. Absent before. */
  readonly lastPassAtMs?: number;
  /** The nodes whose state differed from this one's at the same instance when they were compared last. */
  readonly differsFrom: readonly number[];
}

/** The connection of one server to another. */
export interface PeerStatus {
  readonly node: number;
  /** Whether this server has an open connection to that one. */
  readonly connected: boolean;
  /** Why there is no connection, if that is known. */
  readonly reason?: string;
  /** The feature levels at which that server can run; absent while it is not connected to this one. */
  readonly featureLevels?: FeatureLevels;
}

const count = z.int().nonnegative();

const featureLevels: z.ZodType<FeatureLevels> = z.object({
  lowest: count,
  highest: count,
  raiseMax: count.exactOptional(),
});

/** Decodes a status from a JSON body. */
export const statusSchema: z.ZodType<StatusReply> = z.object({
  node: z.int(),
  cluster: z.string(),
  state: z.enum(['starting', 'running', 'repairing', 'stopping', 'failed']),
  reason: z.string().exactOptional(),
  applied: z.int(),
  min: z.int(),
  max: z.int(),
  revision: count,
  sessions: count,
  pending: count,
  leader: z.int().nullable(),
  peers: z.array(
    z.object({
      node: z.int(),
      connected: z.boolean(),
      reason: z.string().exactOptional(),
      featureLevels: featureLevels.exactOptional(),
    }),
  ),
  catchUp: z
    .object({
      tier: z.enum(['log', 'state']),
      from: z.int(),
      received: count,
      total: count.exactOptional(),
    })
    .exactOptional(),
  scrub: z
    .object({
      isRunning: z.boolean(),
      rows: count,
      lastPassAtMs: count.exactOptional(),
      differsFrom: z.array(count),
    })
    .exactOptional(),
  residentBytes: z.number(),
  uptimeMs: z.number(),
  version: z.string(),
  featureLevel: count.exactOptional(),
  featureLevels: featureLevels.exactOptional(),
});
