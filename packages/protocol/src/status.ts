/** The status of a server, which it sends in reply to `GET /status`. */
import { z } from 'zod';

/** What one server reports about itself. Servers of earlier versions leave out the members that may be absent. */
export interface StatusReply {
  readonly node: number;
  readonly cluster: string;
  /** The incarnation of the cluster: 22 characters that are made once, when it is founded. Absent: not known yet. */
  readonly incarnation?: string;
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
  /** Connections of peers that this server refused since its node was opened, by the name of the reason. */
  readonly peerRefusals?: Readonly<Record<string, number>>;
  /** What this server is taking from another one because it was away for long; absent if nothing. */
  readonly catchUp?: CatchUpStatus;
  /** How far the server has verified the state that it stores. Absent while it does not serve. */
  readonly scrub?: ScrubStatus;
  /** What readiness depends on, as in `/readyz?verbose`. The server is ready if every required check passed. */
  readonly checks?: readonly Check[];
  readonly majority?: MajorityStatus;
  readonly lag?: LagStatus;
  readonly retained?: RetainedStatus;
  readonly disk?: DiskStatus;
  /** The last election that this server knows of. Absent: no server has led since it was started. */
  readonly election?: ElectionStatus;
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

/** A status as a server of this version sends it. */
export type CurrentStatus = StatusReply &
  Required<Pick<StatusReply, 'checks' | 'majority' | 'lag'>>;

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
  /** The feature levels at which that server can run; absent while it is not connected to this one. */
  readonly featureLevels?: FeatureLevels;
}

/** One condition of readiness. */
export interface Check {
  /** `state`, `quorum`, `level`, `disk`, or `peer` and a node. */
  readonly name: string;
  readonly passed: boolean;
  /** Whether the server is ready only if the check has passed. */
  readonly required: boolean;
  /** For people. */
  readonly detail: string;
  /** What was measured, in milliseconds. Absent: it is no number, or there is none yet. */
  readonly value?: number;
  /** The highest `value` that passes. */
  readonly limit?: number;
}

/** The first required check that failed; `undefined` for a server that is ready. */
export function failedCheck(checks: readonly Check[]): Check | undefined {
  return checks.find(({ passed, required }) => required && !passed);
}

/** Whether a server reaches a majority, itself included. */
export interface MajorityStatus {
  readonly reached: boolean;
  /** For how long, in milliseconds. */
  readonly forMs: number;
}

/** How far a server is behind. */
export interface LagStatus {
  /** Instances that are known to exist and not applied here. */
  readonly instances: number;
  /** Bytes of the decisions among them that are known here already. */
  readonly waitingBytes: number;
  /** The state has everything that was acknowledged longer ago than this. `null`: not known. */
  readonly ageMs: number | null;
}

/** The part of the decided log that a server holds in memory. */
export interface RetainedStatus {
  readonly instances: number;
  /** Bytes of their values. */
  readonly bytes: number;
  /** The other nodes that are not known to have all that this server has written to its state. */
  readonly neededBy: readonly { readonly node: number; readonly instances: number }[];
}

/** The disk of the journal, in milliseconds. Percentiles are those of the last 512 flushes. */
export interface DiskStatus {
  /** Flushes since the node was opened. */
  readonly flushes: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Since the last flush ended. */
  readonly lastAgoMs: number;
  /** How long the oldest flush under way has taken so far; 0 if none is. */
  readonly pendingMs: number;
}

/** The last election that a server knows of. */
export interface ElectionStatus {
  /** The node that won. */
  readonly leader: number;
  /** Milliseconds since this server learned of it. */
  readonly agoMs: number;
}

const count = z.int().nonnegative();

const featureLevels: z.ZodType<FeatureLevels> = z.object({
  lowest: count,
  highest: count,
  raiseMax: count.exactOptional(),
});

const checkSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  required: z.boolean(),
  detail: z.string(),
  value: z.number().exactOptional(),
  limit: z.number().exactOptional(),
});

const retainedSchema = z.object({
  instances: count,
  bytes: count,
  neededBy: z.array(z.object({ node: z.int(), instances: count })),
});

const diskSchema = z.object({
  flushes: count,
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  lastAgoMs: z.number(),
  pendingMs: z.number(),
});

/** Decodes a status from a JSON body. */
export const statusSchema: z.ZodType<StatusReply> = z.object({
  node: z.int(),
  cluster: z.string(),
  incarnation: z.string().exactOptional(),
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
      featureLevels: featureLevels.exactOptional(),
    }),
  ),
  peerRefusals: z.record(z.string(), count).exactOptional(),
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
  checks: z.array(checkSchema).exactOptional(),
  majority: z.object({ reached: z.boolean(), forMs: z.number() }).exactOptional(),
  lag: z
    .object({ instances: count, waitingBytes: count, ageMs: z.number().nullable() })
    .exactOptional(),
  retained: retainedSchema.exactOptional(),
  disk: diskSchema.exactOptional(),
  election: z.object({ leader: z.int(), agoMs: z.number() }).exactOptional(),
  residentBytes: z.number(),
  uptimeMs: z.number(),
  version: z.string(),
  featureLevel: count.exactOptional(),
  featureLevels: featureLevels.exactOptional(),
});
