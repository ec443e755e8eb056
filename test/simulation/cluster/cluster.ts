/** The whole system in one world: servers, the network between them, and that of the clients. */
import type {
  ChecksumMessage,
  ForwardedBatch,
  StateMessage,
} from '@paxkv/kvserver/internal/replica/ports';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { DiskError, type DiskErrorCode } from '@paxkv/kvserver/internal/storage/index';
import type { SideMessage } from '@paxkv/kvserver/internal/transport/codec';
import { PaxosError } from '@paxkv/paxos';
import {
  type DiskPace,
  type FaultProfile,
  harsh,
  PortNetwork,
  reliable,
  SimNetwork,
  type World,
} from '@paxkv/simulator';
import { LevelNetwork } from '../../kv/level-network.ts';
import { newCommandsOf } from '../schedule/draw-versions.ts';
import type { Link, SlowLinks } from '../schedule/fault.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Witness } from '../witness.ts';
import { ClientNetwork } from './client-network.ts';
import { copyEnvelope } from './copies.ts';
import { DiskFault } from './disk-fault.ts';
import { Server } from './server.ts';
import { WireCopies } from './wire-copies.ts';

/** How long it takes until a server that failed is started again. */
const restartDelayMs = 500;
/** Several of the largest messages. */
const queueBytesMax = 500_000;

export class Cluster {
  readonly world: World;
  readonly servers: readonly Server[];
  readonly clientNetwork: ClientNetwork;
  readonly #schedule: Schedule;
  readonly #witness: Required<Witness>;
  readonly #network: SimNetwork<Uint8Array>;
  readonly #stateNetwork: PortNetwork<StateMessage>;
  readonly #forwardNetwork: PortNetwork<ForwardedBatch>;
  readonly #checksumNetwork: PortNetwork<ChecksumMessage>;
  /** The cuts of each current partition. */
  readonly #cuts = new Set<readonly Link[]>();

  constructor(world: World, schedule: Schedule, witness: Required<Witness>) {
    const { nodeCount, network: profile, hints, clockRates, isWireReal, bytesPerMs } = schedule;
    const wire = isWireReal ? new WireCopies(nodeCount, world.random('wire')) : undefined;
    this.world = world;
    this.#schedule = schedule;
    this.#witness = witness;
    this.#network = new SimNetwork(world, {
      peerCount: nodeCount,
      profile,
      hints,
      copy: wire === undefined ? copyEnvelope : (envelope) => wire.envelope(envelope),
      ...(bytesPerMs !== undefined && {
        bandwidth: {
          bytesPerMs,
          queueBytesMax,
          sizeOf: (envelope) => WireCopies.bytesOf(envelope),
        },
      }),
      watch: (fate, envelope) => witness.onFate(fate, envelope),
    });
    const isCut = (from: number, to: number) => this.#isCut(from, to);
    const faults = {
      ...{ ...portFaults(profile), isCut },
      ...(bytesPerMs !== undefined && {
        sendMsOf: (message: SideMessage) => WireCopies.bytesOf(message) / bytesPerMs,
      }),
      ...(wire !== undefined && {
        copy: <M extends SideMessage>(message: M, from: number, to: number) =>
          wire.side(message, from, to),
      }),
    };
    this.#forwardNetwork = new PortNetwork<ForwardedBatch>(world, 'forwards', faults);
    this.#checksumNetwork = new PortNetwork<ChecksumMessage>(world, 'checksums', faults);
    this.#stateNetwork = new PortNetwork<StateMessage>(world, 'state transfers', {
      ...faults,
      onDelivered: (from, to, message) => witness.onStateMessage(from, to, message),
    });
    const levelNetwork = new LevelNetwork(isCut);
    this.servers = clockRates.map(
      (clockRate, me) =>
        new Server(world, {
          me,
          serverCount: nodeCount,
          network: this.#network,
          clockRate,
          witness,
          stateNetwork: this.#stateNetwork,
          forwardNetwork: this.#forwardNetwork,
          checksumNetwork: this.#checksumNetwork,
          levelNetwork,
          versions: schedule.versions[me] ?? [],
          newCommands: newCommandsOf(schedule),
          isLed: schedule.isLed,
          logBudget: schedule.logBudget,
          segmentBytes: schedule.segmentBytes,
          limits: schedule.limits,
          windowBytesMax: schedule.windowBytesMax,
          windowMsMax: schedule.windowMsMax,
          isClockOfBoots: schedule.areClocksOfBoots,
          pace: this.pace,
          onFailed: (error) => this.#onFailed(me, error),
        }),
    );
    this.clientNetwork = new ClientNetwork(world, schedule.clientNetwork, {
      servers: this.servers,
      witness,
    });
  }

  /** Whether servers may lead. */
  get isLed(): boolean {
    return this.#schedule.isLed;
  }

  /** The pace of disks without a fault. */
  get pace(): DiskPace {
    const { flushMsMax } = this.#schedule;
    return { delayMsMin: 0.2, delayMsMax: flushMsMax, slowChance: 0, slowMsMax: 0 };
  }

  /** Starts a server that is down, repeatedly while its disk cannot be read. */
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

  /** Delays the messages of one server; by 0 ms, no more. */
  slow({
    node,
    direction,
    delayMsMean,
  }: Pick<SlowLinks, 'node' | 'direction' | 'delayMsMean'>): void {
    for (const peer of this.servers.keys()) {
      if (peer === node) continue;
      if (direction !== 'to') this.#network.slow(node, peer, delayMsMean);
      if (direction !== 'from') this.#network.slow(peer, node, delayMsMean);
    }
  }

  /** Ends all faults, and starts every server that is down. */
  calm(): void {
    const isOfCalls = this.#schedule.network.type === 'calls';
    this.#cuts.clear();
    this.#network.heal();
    this.#network.setBandwidth(undefined);
    this.#network.setProfile(isOfCalls ? reliable : harsh({ delayMsMean: 1, delayMsMax: 20 }));
    for (const [node, server] of this.servers.entries()) {
      this.#network.setUnreliable(node, false);
      this.slow({ node, direction: 'both', delayMsMean: 0 });
      server.calm(this.pace);
    }
    this.#stateNetwork.calm();
    this.#forwardNetwork.calm();
    this.#checksumNetwork.calm();
    this.clientNetwork.calm();
    this.startAll();
  }

  #onFailed(node: number, error: Error): void {
    const isExpected =
      DiskFault.behind(error) !== undefined || isMemoryLost(error) || isTooOld(error);
    if (!isExpected) this.#throw(error);
    this.world.schedule(restartDelayMs, () => {
      const server = this.servers[node];
      if (server?.hasFailed) {
        server.crash();
        // Like the supervisor of a real server: what is left in the journal must not be used again.
        if (isMemoryLost(error)) server.loseMemory({ of: 'journal', isNoticed: true });
        if (isTooOld(error)) server.upgrade();
      }
      this.start(node);
    });
  }

  #onNotStarted(node: number, error: unknown): void {
    this.#witness.onNote(`node ${node} did not start: ${String(error)}`);
    if (isTooOld(error)) this.servers[node]?.upgrade();
    else if (isJournalDamaged(error)) this.#onDamageFound(node);
    else if (DiskFault.behind(error) === undefined) {
      this.#throw(error);
      return;
    }
    this.world.schedule(restartDelayMs, () => this.start(node));
  }

  /** Like the supervisor of a real server, which sets the journal aside. */
  #onDamageFound(node: number): void {
    this.#witness.onDamageFound(node);
    this.servers[node]?.loseMemory({ of: 'journal', isNoticed: true });
  }

  /** Ends the run: the world throws what a scheduled callback throws. */
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

/** Messages of replicas outside Paxos travel on the same network. */
function portFaults(profile: FaultProfile) {
  return profile.type === 'calls'
    ? { lossChance: profile.discardChance, repeatChance: 0, delayMsMax: profile.delayMsMax }
    : {
        lossChance: profile.lossChance,
        repeatChance: profile.repeatChance,
        delayMsMax: 2 * profile.delayMsMean,
      };
}

/** Whether a server was started with a version that is too old for the feature level of the cluster. */
function isTooOld(error: unknown): boolean {
  return error instanceof StateError && error.code === 'STATE_LEVEL_UNSUPPORTED';
}

function isJournalDamaged(error: unknown): boolean {
  const codes: readonly DiskErrorCode[] = ['DISK_JOURNAL_DAMAGED', 'DISK_AMNESIA'];
  return error instanceof DiskError && codes.includes(error.code);
}

/** Whether a peer stopped because others remember more of it than it does. */
function isMemoryLost(error: Error): boolean {
  return error instanceof PaxosError && error.code === 'PAXOS_MEMORY_LOST';
}
