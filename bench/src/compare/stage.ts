/** The stores of a comparison. Each is started on first use, and all are stopped together. */
import { EtcdStore } from '../stores/etcd.ts';
import { PaxkvStore } from '../stores/paxkv.ts';
import { RedisStore } from '../stores/redis.ts';
import type { Store, StoreName } from '../stores/store.ts';
import { ZooKeeperStore } from '../stores/zookeeper.ts';

/** How to find and start a store. */
export interface Kind {
  /** The package that would have to be installed. */
  readonly debianPackage?: string;
  isPresent(): boolean;
  start(nodeCount: number): Promise<Store>;
}

export type Kinds = Readonly<Record<StoreName, Kind>>;

const allKinds: Kinds = {
  paxkv: { isPresent: () => true, start: (nodeCount) => PaxkvStore.start({ nodeCount }) },
  etcd: {
    debianPackage: 'etcd-server',
    isPresent: EtcdStore.isPresent,
    start: (nodeCount) => EtcdStore.start(nodeCount),
  },
  ZooKeeper: {
    debianPackage: 'zookeeper',
    isPresent: ZooKeeperStore.isPresent,
    start: (nodeCount) => ZooKeeperStore.start(nodeCount),
  },
  Redis: {
    debianPackage: 'redis-server',
    isPresent: RedisStore.isPresent,
    start: () => RedisStore.start(),
  },
};

export class Stage {
  readonly #peers: readonly StoreName[];
  readonly #kinds: Kinds;
  readonly #stores = new Map<string, Promise<Store>>();

  constructor(peers: readonly StoreName[], kinds: Kinds = allKinds) {
    this.#peers = peers;
    this.#kinds = kinds;
  }

  /** Names those of the given stores that are not installed or were not requested. */
  absences(names: readonly StoreName[]): string[] {
    return names.flatMap((name) => {
      if (!this.#isWanted(name)) return `${name} was left out by --peers`;
      const { debianPackage } = this.#kinds[name];
      return this.#kinds[name].isPresent()
        ? []
        : `${name} is not installed (Debian: ${debianPackage})`;
    });
  }

  /** The available stores among the given ones, in the same order, started and serving. */
  async stores(names: readonly StoreName[], nodeCount = 3): Promise<readonly Store[]> {
    const present = names.filter((name) => this.#isWanted(name) && this.#kinds[name].isPresent());
    return Promise.all(present.map((name) => this.#store(name, nodeCount)));
  }

  /** Stops every process that was started. */
  async stop(): Promise<void> {
    const starts = await Promise.allSettled(this.#stores.values());
    this.#stores.clear();
    const started = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []));
    await Promise.all(started.map(({ group }) => group.stop()));
  }

  #isWanted(name: StoreName): boolean {
    return name === 'paxkv' || this.#peers.includes(name);
  }

  #store(name: StoreName, nodeCount: number): Promise<Store> {
    const key = `${name} ${nodeCount}`;
    const known = this.#stores.get(key);
    const store = known ?? this.#kinds[name].start(nodeCount);
    this.#stores.set(key, store);
    return store;
  }
}
