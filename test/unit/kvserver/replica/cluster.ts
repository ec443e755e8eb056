/**
 * Replicas in a simulated world: their disks and states survive crashes, and tests control their network.
 */

import type { ScrubLimits } from '@paxkv/kvserver/internal/config/scrub-limits';
import { type Limits, limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { Replica } from '@paxkv/kvserver/internal/replica/index';
import type {
  ChecksumMessage,
  ForwardedBatch,
  StateMessage,
} from '@paxkv/kvserver/internal/replica/ports';
import type { ReplicaOptions } from '@paxkv/kvserver/internal/replica/replica-options';
import { thisVersion, type Version } from '@paxkv/kvserver/internal/state-machine/features';
import { LogWindow } from '@paxkv/kvserver/internal/storage/log-window/log-window';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { Clock } from '@paxkv/paxos';
import type { Command, Reply } from '@paxkv/protocol';
import {
  type FaultProfile,
  type PortFaults,
  PortNetwork,
  reliable,
  SimDisk,
  SimNetwork,
  SimNode,
  type World,
} from '@paxkv/simulator';
import { AppendDisk } from '../../../kv/append-disk.ts';
import { entropyFrom } from '../../../kv/entropy.ts';
import { LevelNetwork } from '../../../kv/level-network.ts';
import { memoryLevel, type TestLevel } from '../state-machine/fixtures.ts';

export interface ClusterOptions {
  readonly profile?: FaultProfile;
  readonly limits?: Partial<Limits>;
  /** Limits that are no settings of a server. */
  readonly innerLimits?: Pick<
    ReplicaOptions,
    'messageLimits' | 'sessionLimits' | 'ownSessionWindowMax'
  >;
  readonly nodeCount?: number;
  readonly stateFaults?: Partial<PortFaults<StateMessage>>;
  /** Whether the replicas are candidates and forward their batches to the leader. Default false. */
  readonly isLed?: boolean;
  /** The most bytes in the log window of each replica. Default: there are no windows. */
  readonly windowBytesMax?: number;
  /** The version of a node whenever it starts. Default: `thisVersion`. */
  readonly versionOf?: (node: number) => Version & { readonly raiseMax?: number };
  /** Faults of the network that carries forwarded batches. */
  readonly forwardingFaults?: Partial<PortFaults<ForwardedBatch>>;
  /** If absent, rows are verified only when they are read. */
  readonly scrub?: ScrubLimits;
}

export class Cluster {
  readonly network: SimNetwork<Uint8Array>;
  readonly stateNetwork: PortNetwork<StateMessage>;
  readonly forwarding: PortNetwork<ForwardedBatch>;
  readonly checksums: PortNetwork<ChecksumMessage>;
  readonly disks: SimDisk<Uint8Array>[];
  readonly states: TestLevel[];
  readonly windowDisks: AppendDisk[];
  readonly nodes: SimNode<Replica>[];
  /** The error of each replica that failed. */
  readonly failures: Error[] = [];
  /** Why log windows were dropped or shortened. */
  readonly dropped: string[] = [];
  readonly #world: World;
  readonly #options: ClusterOptions;
  readonly #runIds: number[];
  readonly #levels: LevelNetwork;

  constructor(world: World, options: ClusterOptions = {}) {
    const { profile = reliable, nodeCount = 3 } = options;
    const all = Array.from({ length: nodeCount }, (_, node) => node);
    this.#world = world;
    this.#options = options;
    this.#runIds = all.map(() => 0);
    this.network = new SimNetwork<Uint8Array>(world, { peerCount: nodeCount, profile });
    this.stateNetwork = new PortNetwork(world, 'state network', options.stateFaults);
    this.forwarding = new PortNetwork(world, 'forwarding', {
      ...{ delayMsMax: 1, isCut: (from: number, to: number) => this.network.isCut(from, to) },
      ...options.forwardingFaults,
    });
    this.checksums = new PortNetwork(world, 'checksums');
    this.#levels = new LevelNetwork((from, to) => this.network.isCut(from, to));
    this.disks = all.map(() => new SimDisk<Uint8Array>(world));
    this.states = all.map(() => memoryLevel());
    this.windowDisks = all.map((node) => new AppendDisk(world, world.random(`window ${node}`)));
    this.nodes = all.map((node) => this.#node(node));
  }

  async start(): Promise<void> {
    for (const node of this.nodes) await node.start();
  }

  replica(node: number): Replica {
    const replica = this.nodes[node]?.program;
    if (replica === undefined) throw new Error(`node ${node} is down`);
    return replica;
  }

  submit(node: number, command: Command): Promise<Reply> {
    return this.replica(node).submit({ command });
  }

  #node(me: number): SimNode<Replica> {
    const { limits, nodeCount = 3, isLed = false, versionOf = () => thisVersion } = this.#options;
    const disk = this.disks[me];
    if (disk === undefined) throw new Error(`no disk of node ${me}`);
    return new SimNode(this.#world, async (lifetime) => {
      const runId = (this.#runIds[me] ?? 0) + 1;
      this.#runIds[me] = runId;
      lifetime.onCrash(() => this.network.unplug(me));
      lifetime.onCrash(() => disk.crash());
      lifetime.onCrash(() => this.stateNetwork.unplug(me));
      lifetime.onCrash(() => this.forwarding.unplug(me));
      lifetime.onCrash(() => this.windowDisks[me]?.crash(0));
      lifetime.onCrash(() => this.checksums.unplug(me));
      lifetime.onCrash(() => this.#levels.unplug(me));
      const version: ReturnType<typeof versionOf> = versionOf(me);
      const state = this.states[me];
      if (state === undefined) throw new Error(`no state of node ${me}`);
      return Replica.open({
        ...{ me, runId, state, clock: lifetime.clock, peerCount: nodeCount },
        transport: this.network.transport(me),
        storage: disk.open(),
        isCandidate: isLed,
        ...(await this.#window(me, lifetime.clock)),
        ...(isLed ? { forwarding: this.forwarding.port(me) } : {}),
        stateTransfer: {
          port: this.stateNetwork.port(me),
          replace: (fill) => this.#replaceState(me, fill),
        },
        checksums: this.checksums.port(me),
        ...(this.#options.scrub === undefined ? {} : { scrub: this.#options.scrub }),
        version,
        levels: this.#levels.port(me, { raiseMax: version.highest, ...version }),
        random: this.#world.random(`node ${me}`),
        drawEntropy: entropyFrom(this.#world.random(`entropy ${me}`)),
        limits: { ...limitsDefault, ...limits },
        ...this.#options.innerLimits,
        onStopped: (error) => this.failures.push(error),
      });
    });
  }

  async #window(me: number, clock: Clock): Promise<{ logWindow?: LogWindow }> {
    const { windowBytesMax: bytesMax } = this.#options;
    const files = this.windowDisks[me]?.open();
    if (bytesMax === undefined || files === undefined) return {};
    const onDropped = (reason: string) => this.dropped.push(reason);
    const settings = { files, clock, bytesMax, msMax: 3_600_000, owner: `tests/${me}`, onDropped };
    return { logWindow: await LogWindow.open(settings) };
  }

  async #replaceState(
    node: number,
    fill: (level: StateLevel) => Promise<void>,
  ): Promise<StateLevel> {
    const level = memoryLevel();
    await level.open();
    await fill(level);
    this.states[node] = level;
    return level;
  }
}
