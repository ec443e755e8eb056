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
}

/** The connection of one server to another. */
export interface PeerStatus {
  readonly node: number;
  /** `host:port` at which the servers reach that one. */
  readonly address?: string;
  /** Whether this server has an open connection to that one. */
  readonly connected: boolean;
  /** Why there is no connection, if that is known. */
  readonly reason?: string;
  /** The last round trip of a ping, in milliseconds. Absent without a connection, and before the first answer. */
  readonly roundTripMs?: number;
}

const count = z.int().nonnegative();

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
      address: z.string().exactOptional(),
      connected: z.boolean(),
      reason: z.string().exactOptional(),
      roundTripMs: z.number().exactOptional(),
    }),
  ),
  residentBytes: z.number(),
  uptimeMs: z.number(),
  version: z.string(),
});
