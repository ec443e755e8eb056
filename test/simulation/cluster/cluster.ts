/** The whole system in one world: servers, the network between them, and the ways of the clients. */
import type { ForwardedBatch, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { PaxosError } from '@paxkv/paxos';
import {
  type DiskPace,
  type FaultProfile,
  harsh,
  reliable,
  SimNetwork,
  type World,
} from '@paxkv/simulator';
import { PortNetwork } from '../../kv/port-network.ts';
import type { Link } from '../schedule/fault.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Witness } from '../witness.ts';
import { ClientWays } from './client-ways.ts';
import { copyEnvelope } from './copies.ts';
import { DiskFault } from './disk-fault.ts';
import { Server } from './server.ts';

/** How long it takes somebody to start a server anew that its disk has stopped. */
const restartDelayMs = 500;

export class Cluster {
  readonly world: World;
  readonly servers: readonly Server[];
  readonly ways: ClientWays;
  readonly #schedule: Schedule;
  readonly #witness: Required<Witness>;
  readonly #network: SimNetwork<Uint8Array>;
  readonly #stateWays: PortNetwork<StateMessage>;
  readonly #handOvers: PortNetwork<ForwardedBatch>;
  /** Each partition under way, by what it cuts. */
  readonly #cuts = new Set<readonly Link[]>();

  constructor(world: World, schedule: Schedule, witness: Required<Witness>) {
    const { nodeCount, network: profile, hints, clockRates } = schedule;
    this.world = world;
    this.#schedule = schedule;
    this.#witness = witness;
    this.#network = new SimNetwork(world, {
      ...{ peerCount: nodeCount, profile, hints, copy: copyEnvelope },
      watch: (fate, envelope) => witness.onFate(fate, envelope),
    });
    const isCut = (from: number, to: number) => this.#isCut(from, to);
    const faults = { ...portFaults(profile), isCut };
    this.#handOvers = new PortNetwork(world, 'hand-overs', faults);
    this.#stateWays = new PortNetwork(world, 'state ways', {
      ...faults,
      onDelivered: (from, to, message) => witness.onStateMessage(from, to, message),
    });
    this.servers = clockRates.map(
      (clockRate, me) =>
        new Server(world, {
          ...{ me, serverCount: nodeCount, network: this.#network, clockRate, witness },
          ...{ stateWays: this.#stateWays, handOvers: this.#handOvers },
          isLed: schedule.isLed,
          pace: this.pace,
          onFailed: (error) => this.#onFailed(me, error),
        }),
    );
    this.ways = new ClientWays(world, schedule.ways, { servers: this.servers, witness });
  }

  /** Of disks with which nothing is wrong. */
  get pace(): DiskPace {
    const { flushMsMax } = this.#schedule;
    return { delayMsMin: 0.2, delayMsMax: flushMsMax, slowChance: 0, slowMsMax: 0 };
  }

  /** Starts a server that is down. One whose disk cannot be read is started again, until it can. */
  start(node: number): void {
    const server = this.servers[node];
    if (server === undefined || server.isUp) return;
    server.start().catch((error: unknown) => this.#onNotStarted(node, error));
  }

  startAll(): void {
    for (const node of this.servers.keys()) this.start(node);
  }

  cut(links: readonly Link[]): void {
    this.#cuts.add(links);
    this.#cutAll();
  }

  mend(links: readonly Link[]): void {
    this.#cuts.delete(links);
    this.#cutAll();
  }

  /** All that is wrong is over, and everyone is up. */
  calm(): void {
    const isOfCalls = this.#schedule.network.type === 'calls';
    this.#cuts.clear();
    this.#network.heal();
    this.#network.setProfile(isOfCalls ? reliable : harsh({ delayMsMean: 1, delayMsMax: 20 }));
    for (const [node, server] of this.servers.entries()) {
      this.#network.setUnreliable(node, false);
      server.calm(this.pace);
    }
    this.#stateWays.calm();
    this.#handOvers.calm();
    this.ways.calm();
    this.startAll();
  }

  #onFailed(node: number, error: Error): void {
    if (DiskFault.behind(error) === undefined && !isMemoryLost(error)) this.#throw(error);
    this.world.schedule(restartDelayMs, () => {
      const server = this.servers[node];
      if (server?.hasFailed) server.crash();
      this.start(node);
    });
  }

  #onNotStarted(node: number, error: unknown): void {
    const fault = DiskFault.behind(error);
    this.#witness.onNote(`node ${node} did not start: ${String(error)}`);
    if (fault === undefined) this.#throw(error);
    else this.world.schedule(restartDelayMs, () => this.start(node));
  }

  /** Ends the run: the world passes on what a scheduled callback throws. */
  #throw(defect: unknown): void {
    this.world.schedule(0, () => {
      throw defect;
    });
  }

  #isCut(from: number, to: number): boolean {
    return [...this.#cuts].some((links) =>
      links.some((link) => link.from === from && link.to === to),
    );
  }

  #cutAll(): void {
    this.#network.heal();
    for (const { from, to } of [...this.#cuts].flat()) this.#network.cut(from, to);
  }
}

/** What replicas say beside Paxos travels on the same network. */
function portFaults(profile: FaultProfile) {
  return profile.type === 'calls'
    ? { lossChance: profile.discardChance, repeatChance: 0, delayMsMax: profile.delayMsMax }
    : {
        lossChance: profile.lossChance,
        repeatChance: profile.repeatChance,
        delayMsMax: 2 * profile.delayMsMean,
      };
}

/** A peer found out from the others that it has lost its memory. */
function isMemoryLost(error: Error): boolean {
  return error instanceof PaxosError && error.code === 'PAXOS_MEMORY_LOST';
}
