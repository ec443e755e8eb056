/** What the comparison needs of a store: clients, the leader, and control of the processes. */
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

/** `puts` go to the leader where there is one; `gets` are spread over all nodes. */
export type Use = 'puts' | 'gets';

/** One client of a store. */
export interface StoreClient {
  /** Such as `SDK` or `JSON gateway`. */
  readonly name: string;
  open(use: Use, laneCount: number): Promise<Connections>;
}

export interface Store {
  readonly name: StoreName;
  readonly group: ServerGroup;
  /** The clients of the store; the best of them counts. */
  readonly clients: readonly StoreClient[];
  /** Its HTTP interface, at the leader and at all nodes; all stores get the same generator. */
  readonly httpClients: readonly StoreClient[];
  /** The leader, or `undefined` while none is known. */
  leader(): Promise<number | undefined>;
  /** Resolves when every node serves and has caught up. */
  ready(): Promise<void>;
}

/** Where puts go: to the leader, or to all nodes while there is none. */
export async function leaderAddresses(store: Pick<Store, 'leader' | 'group'>): Promise<string[]> {
  const leader = await store.leader();
  const { addresses } = store.group;
  return addresses.filter((_, node) => leader === undefined || node === leader);
}

/** The target of a lane; lanes may share one. */
export function targetAt(targets: readonly Target[], lane: number): Target {
  const target = targets[lane % targets.length];
  if (target === undefined) throw new RangeError('there is no connection');
  return target;
}
