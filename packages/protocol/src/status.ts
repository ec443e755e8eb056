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
  residentBytes: z.number(),
  uptimeMs: z.number(),
  version: z.string(),
  featureLevel: count.exactOptional(),
  featureLevels: featureLevels.exactOptional(),
});
