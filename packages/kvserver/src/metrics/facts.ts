/** What the metrics of a server are read from, once for each scrape. */
import type { CurrentStatus } from '@paxkv/protocol';
import type { ReplicaFacts } from '../replica/replica-facts.ts';
import type { BoundUse } from '../replica/requests/admission.ts';
import type { DiskUse } from '../storage/disk-use.ts';
import type { Recorder } from './recorder.ts';

/** Facts about the open node that its status does not have. */
export interface NodeFacts extends ReplicaFacts {
  /** On disk. */
  readonly logWindowBytes: number;
  /** Live records, on disk. */
  readonly journalBytes: number;
  readonly messages: PeerMessages;
}

/** Messages to and from all peers since the node was opened. */
export interface PeerMessages {
  readonly sent: number;
  readonly dropped: number;
  readonly received: number;
  readonly invalidFrames: number;
  readonly refusedConnections: number;
}

export interface MetricFacts {
  readonly status: CurrentStatus;
  /** Absent while the node is closed. */
  readonly node: NodeFacts | undefined;
  /** The bounds on bytes and connections of clients; those on requests are in `node`. */
  readonly clientBounds: readonly BoundUse[];
  /** Open connections of clients, by transport. */
  readonly connections: Readonly<Record<'http' | 'stream', number>>;
  readonly disk: DiskUse;
  readonly recorder: Recorder;
  /** Requests that took long, so far. */
  readonly slowRequests: number;
}
