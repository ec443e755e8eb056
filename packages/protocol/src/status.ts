/** What a server says of itself, in answer to `GET /status`. */
import { z } from 'zod';

/** How one server sees itself. */
export interface StatusReply {
  readonly node: number;
  readonly cluster: string;
  /**
   * `starting`: not serving yet. `repairing`: not serving; what it lost is being brought back, or it
   * waits for its disk. `failed`: it has given up and is about to end.
   */
  readonly state: 'starting' | 'running' | 'repairing' | 'stopping' | 'failed';
  /** Why, where the state is `repairing` or `failed`. */
  readonly reason?: string;
  /** Highest instance applied to the state, or −1. */
  readonly applied: number;
  /** The Paxos log: lowest instance remembered, and highest heard of. */
  readonly min: number;
  readonly max: number;
  readonly revision: number;
  readonly sessions: number;
  /** Requests accepted and not answered yet. */
  readonly pending: number;
  /** The node that leads, as far as this one knows: writes are quickest there. */
  readonly leader: number | null;
  readonly peers: readonly PeerStatus[];
  readonly residentBytes: number;
  readonly uptimeMs: number;
  readonly version: string;
}

/** How one server sees its connection to another. */
export interface PeerStatus {
  readonly node: number;
  /** Whether this server has an open connection to that one. */
  readonly connected: boolean;
  /** Why not, where it is known. */
  readonly reason?: string;
}

const count = z.int().nonnegative();

/** Reads a status from a JSON body. */
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
    z.object({ node: z.int(), connected: z.boolean(), reason: z.string().exactOptional() }),
  ),
  residentBytes: z.number(),
  uptimeMs: z.number(),
  version: z.string(),
});
