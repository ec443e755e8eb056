/** What the comparison needs of a store: ways to ask it, its leader, and power over its processes. */
import type { Target } from 'paxkv/internal/bench/workload/traffic';
import type { ServerGroup } from './server-group.ts';

export const storeNames = ['paxkv', 'etcd', 'ZooKeeper', 'Redis'] as const;
export type StoreName = (typeof storeNames)[number];

/** Open connections to a store. */
export interface Connections {
  /** Lanes may share connections. */
  ofLane(lane: number): Target;
  close(): Promise<void>;
}

/** One client of a store. */
export interface Way {
  /** Such as `SDK` or `JSON gateway`. */
  readonly name: string;
  /** `puts`: wherever they are taken best. `gets`: spread over all nodes. */
  open(use: 'puts' | 'gets', laneCount: number): Promise<Connections>;
}

export interface Store {
  readonly name: StoreName;
  readonly group: ServerGroup;
  /** Of which the best counts for the store. */
  readonly ways: readonly Way[];
  /** Its HTTP interface, asked by the same generator everywhere. Absent: it has none. */
  readonly httpWay?: Way;
  /** The node that leads, or `undefined` where none is known. */
  leader(): Promise<number | undefined>;
  /** Resolves when every node serves and has caught up. */
  ready(): Promise<void>;
}
