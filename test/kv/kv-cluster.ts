/**
 * A cluster and the operations of its tests: clerks, partitions, crashes. A clerk is the real client; each
 * one is new, with its own session, and never gives up.
 */
import { HttpExchange, KvClient } from '@paxkv/client';
import type { Limits } from '@paxkv/kvserver/internal/config/settings';
import type { ForwardedBatch, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import {
  type DiskPace,
  type FaultProfile,
  PortNetwork,
  reliable,
  SimNetwork,
  type World,
} from '@paxkv/simulator';
import { ClerkNetwork } from './clerk-network.ts';
import { KvServer } from './kv-server.ts';

export interface ClusterOptions {
  /** Whether calls are lost from the start, between servers and with clerks. Default: no. */
  readonly isUnreliable?: boolean;
  /** Faults of the network between servers. */
  readonly profile?: FaultProfile;
  /** Whether servers are candidates, as real ones are. Default: random, since both must work. */
  readonly isLed?: boolean;
  /** Delays of the disks of the journals. */
  readonly journalPace?: DiskPace;
  /** Limits of the servers other than the default ones. */
  readonly limits?: Partial<Limits>;
}

type ServerSettings = Required<Pick<ClusterOptions, 'profile' | 'isLed'>> &
  Pick<ClusterOptions, 'journalPace' | 'limits'>;

export class KvCluster {
  readonly world: World;
  readonly servers: readonly KvServer[];
  readonly #endpoints: readonly string[];
  readonly #network: SimNetwork<Uint8Array>;
  readonly #clerkNetwork: ClerkNetwork;
  #clerkCount = 0;

  private constructor(world: World, serverCount: number, settings: ServerSettings) {
    const { profile, isLed, journalPace, limits } = settings;
    const ids = Array.from({ length: serverCount }, (_, id) => id);
    this.world = world;
    this.#network = new SimNetwork<Uint8Array>(world, { peerCount: serverCount, profile });
    const isCut = (from: number, to: number) => this.#network.isCut(from, to);
    const shared = {
      ...{ serverCount, isLed, journalPace, limits, network: this.#network },
      stateNetwork: new PortNetwork<StateMessage>(world, 'state network'),
      forwarding: new PortNetwork<ForwardedBatch>(world, 'forwarding', { isCut, delayMsMax: 1 }),
    };
    this.servers = ids.map((me) => new KvServer(world, { me, ...shared }));
    this.#endpoints = ids.map((id) => `http://server-${id}`);
    const named = this.servers.map((server, id) => [`http://server-${id}`, server] as const);
    this.#clerkNetwork = new ClerkNetwork(world, new Map(named));
  }

  /** A cluster of `serverCount` running servers. */
  static async open(
    world: World,
    serverCount: number,
    options: ClusterOptions = {},
  ): Promise<KvCluster> {
    const isLed = world.random('leadership').chance(0.5);
    const { isUnreliable = false, ...settings } = { profile: reliable, isLed, ...options };
    const cluster = new KvCluster(world, serverCount, settings);
    if (isUnreliable) cluster.setUnreliable(true);
    await cluster.restartAll();
    return cluster;
  }

  /** A clerk of this server only. */
  clerk(server: number): KvClient {
    return this.#clerkAt(this.#endpoints.slice(server, server + 1));
  }

  /** A clerk that knows all servers, and moves on when one does not serve. */
  anyClerk(): KvClient {
    return this.#clerkAt(this.#endpoints);
  }

  /** A clerk that knows all servers, in random order. */
  shuffledClerk(): KvClient {
    return this.#clerkAt(this.world.random('shuffled clerks').shuffle(this.#endpoints));
  }

  /** A clerk of one random server. */
  someClerk(): KvClient {
    return this.#clerkAt([this.world.random('some clerks').pick(this.#endpoints)]);
  }

  /** One clerk per server. */
  clerks(): KvClient[] {
    return this.servers.map((_, server) => this.clerk(server));
  }

  /** Only servers of one group reach each other. Clerks reach all. */
  partition(...groups: readonly (readonly number[])[]): void {
    this.#network.partition(groups);
  }

  /** Puts each server into one of `groupCount` groups. */
  partitionRandomly(groupCount: number): void {
    const random = this.world.random('partitions');
    const groups: number[][] = Array.from({ length: groupCount }, () => []);
    for (const server of this.servers.keys()) random.pick(groups).push(server);
    this.partition(...groups);
  }

  heal(): void {
    this.#network.heal();
  }

  setUnreliable(isUnreliable: boolean): void {
    for (const server of this.servers.keys()) this.#network.setUnreliable(server, isUnreliable);
    this.#clerkNetwork.isUnreliable = isUnreliable;
  }

  /** The number of messages of this type between servers that arrived so far. */
  deliveredCount(type: 'prepare' | 'accept'): number {
    return this.#network.deliveredCount(type);
  }

  /** Takes effect immediately, in the middle of any operation. Its disks keep what was flushed. */
  crash(server: number): void {
    this.servers[server]?.crash();
  }

  /** Crashes it and empties its disks. */
  crashWithLoss(server: number): void {
    this.crash(server);
    this.servers[server]?.loseDisks();
  }

  async restart(server: number): Promise<void> {
    await this.servers[server]?.start();
  }

  /**
   * Resolves when it serves. A server that lost its memory first has to be admitted, which may take
   * several attempts.
   */
  async untilServing(server: number): Promise<void> {
    while (this.servers[server]?.replica.status.state !== 'running') await this.sleep(10);
  }

  async restartAll(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.start()));
  }

  sleep(ms: number): Promise<void> {
    return this.world.sleep(ms);
  }

  #clerkAt(endpoints: readonly string[]): KvClient {
    const { clock } = this.world;
    const name = `clerk ${this.#clerkCount}`;
    this.#clerkCount += 1;
    const exchange = new HttpExchange(this.#clerkNetwork);
    const environment = { exchange, clock, random: this.world.random(name) };
    return new KvClient({ endpoints, name, timeoutMs: Number.POSITIVE_INFINITY, environment });
  }
}
