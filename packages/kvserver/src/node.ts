/**
 * KvNode: what is inside the doors of a server. Its data, its connections to other nodes and its
 * replica, opened from the bottom up and closed from the top down, as often as it must be.
 */
import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PeerStatus, Reply, Request } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { Address, Config } from './config/settings.ts';
import { defaultPeerLimits } from './config/transport-limits.ts';
import { Replica, type ReplicaStatus } from './replica/index.ts';
import type { SubmitOptions } from './replica/submitter.ts';
import { type DataDirectory, DiskError, openDataDirectory } from './storage/index.ts';
import { clearJournalMark, readJournalMark } from './storage/state/journal-mark.ts';
import { systemClock } from './system/clock.ts';
import { systemRandom } from './system/random.ts';
import { PeerTransport } from './transport/peer-transport.ts';

/** Chance tells the runs of a node apart, since a count is lost together with the disk it is on. */
const runNumberMax = 2 ** 47;

export interface KvNodeOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Opens the data directory; for tests that have it fail. */
  readonly openData?: typeof openDataDirectory;
  /** Told when another node leads than before, as far as is known here, or none. */
  readonly onLeader?: (leader: number | undefined) => void;
  /** Told once, when the node failed by itself. It neither votes nor serves any more. */
  readonly onFailed: (error: Error) => void;
}

/** How it stands; `repairing` also while it waits to be admitted again after a loss of its memory. */
export interface NodeStatus extends ReplicaStatus {
  readonly peers: readonly PeerStatus[];
}

export class KvNode {
  readonly #logger: Logger;
  readonly #data: DataDirectory;
  readonly #peers: PeerTransport;
  readonly #replica: Replica;
  /** Before this opening. */
  readonly #hadVoted: boolean;

  private constructor(
    { logger }: KvNodeOptions,
    parts: { data: DataDirectory; peers: PeerTransport; replica: Replica; hadVoted: boolean },
  ) {
    this.#logger = logger;
    this.#data = parts.data;
    this.#peers = parts.peers;
    this.#replica = parts.replica;
    this.#hadVoted = parts.hadVoted;
  }

  /**
   * Verifies what is on disk and joins the others; it need not have reached any of them.
   *
   * @throws DiskError, StateError, PaxosError. Nothing is left open then.
   */
  static async open(options: KvNodeOptions): Promise<KvNode> {
    const { nodeId, clusterId, addresses, dataDirectory } = options.config;
    const nodeCount = addresses.length;
    const { openData = openDataDirectory } = options;
    const data = await openData({ path: dataDirectory, clusterId, nodeId, nodeCount });
    const { hasVoted: hadVoted, bootCount } = data.identity;
    const peers = peersFor(options, bootCount);
    try {
      await expectWholeJournal(data);
      const replica = await openReplica(options, data, peers);
      return new KvNode(options, { data, peers, replica, hadVoted });
    } catch (error) {
      await peers.close();
      await data.close();
      throw error;
    }
  }

  get status(): NodeStatus {
    const status = this.#replica.status;
    const isBack = status.state === 'joining' && this.#hadVoted;
    return {
      ...status,
      state: isBack ? 'repairing' : status.state,
      peers: this.#peers.peers(),
    };
  }

  submit(request: Request, options?: SubmitOptions): Promise<Reply> {
    return this.#replica.submit(request, options);
  }

  /** Takes over the connection of another node. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#peers.handleUpgrade(request, socket, head);
  }

  /** Answers what is under way, within bounds, then lets go of everything. Called once. */
  async close(): Promise<void> {
    for (const part of [
      { end: () => this.#replica.stop() },
      { end: () => this.#peers.close() },
      { end: () => this.#data.close() },
    ]) {
      // One part that cannot end in order must not keep the others from it.
      await part
        .end()
        .catch((error: unknown) => this.#logger.error({ error }, 'stop met an error'));
    }
  }
}

/** Safety: a journal whose end is missing looks whole, but the state was written after that end. */
async function expectWholeJournal({ journal, state }: DataDirectory): Promise<void> {
  const { writeIndex } = journal;
  if (writeIndex === 0) {
    await clearJournalMark(state);
    return;
  }
  const reached = await readJournalMark(state);
  if (writeIndex >= reached) return;
  const message = `The journal ends at turn ${writeIndex}, and the state was written after ${reached}.`;
  throw new DiskError('DISK_JOURNAL_DAMAGED', message);
}

function peersFor({ config, logger }: KvNodeOptions, bootCount: number): PeerTransport {
  const { nodeId, clusterId, addresses, limits } = config;
  return new PeerTransport({
    me: nodeId,
    addresses: addresses.map(toText),
    clusterId,
    bootCount,
    logger,
    limits: {
      valueBytesMax: Math.max(defaultPeerLimits.valueBytesMax, 2 * limits.batchBytesMax),
    },
    random: systemRandom,
  });
}

function openReplica(
  { config, logger, onFailed, onLeader = () => {} }: KvNodeOptions,
  data: DataDirectory,
  peers: PeerTransport,
): Promise<Replica> {
  return Replica.open({
    me: config.nodeId,
    runId: randomInt(runNumberMax),
    peerCount: config.addresses.length,
    transport: peers,
    isCandidate: true,
    forwarding: peers.forwardPort,
    storage: data.journal,
    state: data.state,
    journalIndex: () => data.journal.writeIndex,
    stateTransfer: {
      port: peers.statePort,
      replace: (fill) => data.replaceState(fill),
    },
    clock: systemClock,
    random: systemRandom,
    limits: config.limits,
    onLeader,
    onStopped: (error) => {
      logger.error({ error }, 'replica failed');
      onFailed(error);
    },
  });
}

function toText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
