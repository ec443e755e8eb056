/** The incarnation of a restored cluster: it is another cluster than the one that the backup is of. */
import { createHash } from 'node:crypto';
import { id128Bytes } from '@paxkv/protocol';
import type { Position } from '../state-machine/state-store.ts';

/** What the new cluster is made of. Members of one cluster have the same. */
export interface ClusterOrigin {
  /** Random text, for each restore another. */
  readonly seed: string;
  /** The checksum of the backup. */
  readonly checksum: string;
  readonly clusterId: string;
  readonly nodeCount: number;
}

/** Safety: members that are restored from different backups get different incarnations, and refuse each other. */
export function incarnationOf({ seed, checksum, clusterId, nodeCount }: ClusterOrigin): string {
  const fields = JSON.stringify([seed, checksum, clusterId, nodeCount]);
  const bytes = createHash('sha256').update(fields).digest().subarray(0, id128Bytes);
  return bytes.toString('base64url');
}

/** The position in the new cluster. A cluster without an incarnation gets its first one from its log. */
export function inNewCluster(position: Position, origin: ClusterOrigin): Position {
  if (position.incarnation === undefined) return position;
  return { ...position, incarnation: incarnationOf(origin) };
}
