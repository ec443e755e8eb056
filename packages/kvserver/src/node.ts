/**
 * KvNode: the part of a server that the supervisor opens and closes: its data, its connections to other
 * nodes, and its replica. They are opened in this order and closed in the opposite one.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type FeatureLevels, id128Bytes, type PeerStatus } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { Config } from './config/settings.ts';
import { refusalLog } from './health/refusal-log.ts';
import type { NodeFacts } from './metrics/facts.ts';
import type { Recorder } from './metrics/recorder.ts';
import { openFlightRecorder, openHistory, openLogWindow } from './node-files.ts';
import { peersOf } from './node-peers.ts';
import type { StateExports } from './replica/catch-up/state-exports.ts';
import { Replica, type ReplicaStatus, type Submitter } from './replica/index.ts';
import {
  type DataDirectory,
  type DiskTimes,
  expectWholeJournal,
  type HistoryLog,
  type LogWindow,
  openDataDirectory,
  type SlowWrites,
} from './storage/index.ts';
import { systemClock } from './system/clock.ts';
import type { MemoryWatch } from './system/memory-watch.ts';
import { systemRandom } from './system/random.ts';
import type { FlightRecorder } from './trace/flight-recorder.ts';
import { toFeatureLevels } from './transport/level-exchange.ts';
import type { PeerTransport } from './transport/peer-transport.ts';
import type { PeerSecurity } from './transport/security/peer-security.ts';

/** Run ids are random below this, since a counter would be lost together with the disk. */
const runIdMax = 2 ** 47;
/** A disk that had nothing to write for this long is probed. */
const diskIdleMs = 700;

export interface KvNodeOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** How much of its memory the process uses. */
  readonly memory: Pick<MemoryWatch, 'percent'>;
  /** What this node proves itself with to others. */
  readonly security: PeerSecurity;
  /** Counts and measures for metrics. Default: nothing does. */
  readonly recorder?: Recorder | undefined;
  /** Opens the data directory. Tests replace it to simulate failures. */
  readonly openData?: typeof openDataDirectory;
  /** Called when the known leader changes; `undefined` if none is known. */
  readonly onLeader: (leader: number | undefined) => void;
  /** Called once the cluster incarnation is recorded here: soon after the start, or when it is named. */
  readonly onIncarnation: (incarnation: string) => void;
  /** Called once when the node fails. It then neither votes nor serves, and waits to be closed. */
  readonly onFailed: (error: Error) => void;
}

/** The status of a node. A node that lost its memory is `repairing` until the others admit it again. */
export interface NodeStatus extends ReplicaStatus {
  readonly peers: readonly PeerStatus[];
  /** The feature levels at which this server can run. */
  readonly featureLevels: FeatureLevels;
  readonly disk: DiskTimes;
  /** Connections of peers that were refused since the node was opened, by the name of the reason. */
  readonly peerRefusals: Readonly<Record<string, number>>;
}

export class KvNode {
  readonly #logger: Logger;
  readonly #recorder: Recorder | undefined;
  readonly #data: DataDirectory;
  readonly #logWindow: LogWindow;
  readonly #history: HistoryLog;
  readonly #peers: PeerTransport;
  readonly #replica: Replica;
  /** Whether the node had voted before it was opened. */
  readonly #hadVoted: boolean;
  readonly #flight: FlightRecorder | undefined;

  private constructor(
    { logger, recorder }: KvNodeOptions,
    parts: {
      data: DataDirectory;
      logWindow: LogWindow;
      history: HistoryLog;
      peers: PeerTransport;
      replica: Replica;
      hadVoted: boolean;
      flight: FlightRecorder | undefined;
    },
  ) {
    this.#logger = logger;
    this.#recorder = recorder;
    this.#data = parts.data;
    this.#logWindow = parts.logWindow;
    this.#history = parts.history;
    this.#peers = parts.peers;
    this.#replica = parts.replica;
    this.#hadVoted = parts.hadVoted;
    this.#flight = parts.flight;
  }

  /**
   * Verifies the data on disk and joins the cluster. Resolves even if no other node is reachable.
   *
   * @throws DiskError, StateError, PaxosError. Nothing is left open in that case.
   */
  static async open(options: KvNodeOptions): Promise<KvNode> {
    const { nodeId, clusterId, addresses, dataDirectory } = options.config;
    const nodeCount = addresses.length;
    const { openData = openDataDirectory, recorder } = options;
    const data = await openData({
      ...{ path: dataDirectory, clusterId, nodeId, nodeCount },
      onFlushed: (tookMs) => recorder?.flushes.observe(tookMs),
    });
    const { hasVoted: hadVoted } = data.identity;
    const peers = peersOf(options, data.identity);
    let flight: FlightRecorder | undefined;
    try {
      await expectWholeJournal(data);
      const logWindow = await openLogWindow(options, data);
      const history = openHistory(options);
      flight = await openFlightRecorder(options);
      const replica = await openReplica(options, data, { peers, logWindow, history, flight });
      return new KvNode(options, { data, logWindow, history, peers, replica, hadVoted, flight });
    } catch (error) {
      await flight?.close();
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
      featureLevels: toFeatureLevels(this.#peers.levelPort.own),
      disk: this.#data.journal.times,
      peerRefusals: this.#peers.refusals,
    };
  }

  /** What metrics show of the node besides its status. */
  get facts(): NodeFacts {
    return {
      ...this.#replica.facts,
      logWindowBytes: this.#logWindow.bytes,
      journalBytes: this.#data.journal.liveBytes,
      messages: this.#peers.counts(),
    };
  }

  /** Collects evidence that the node reaches a quorum and that its disk takes writes, and the round trips to peers. */
  probe(): void {
    this.#replica.probe();
    this.#data.journal.probe(diskIdleMs);
    for (const { node, ms } of this.#peers.takeRoundTrips()) this.#recorder?.onRoundTrip(node, ms);
  }

  /** Slow writes of the journal since the last call. */
  takeSlowWrites(): SlowWrites {
    return this.#data.journal.takeSlowWrites();
  }

  /** Resolves when the recording on disk has all inputs of the peer so far, if they are recorded. */
  async saveTrace(): Promise<void> {
    await this.#flight?.save();
  }

  get replica(): Submitter {
    return this.#replica;
  }

  /** The state on disk, for backups. */
  get exports(): StateExports {
    return this.#replica.exports;
  }

  /** Takes over a connection that a node of an earlier version has opened. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#peers.handleUpgrade(request, socket, head);
  }

  /** Waits up to a second for pending requests, then closes everything. Called once. */
  async close(): Promise<void> {
    const parts = [
      { part: 'replica', close: () => this.#replica.stop() },
      { part: 'flight recorder', close: async () => this.#flight?.close() },
      { part: 'peer connections', close: () => this.#peers.close() },
      { part: 'log window', close: () => this.#logWindow.close() },
      { part: 'history', close: () => this.#history.close() },
      { part: 'data directory', close: () => this.#data.close() },
    ];
    for (const { part, close } of parts) {
      try {
        await close();
      } catch (error) {
        // A part that fails to close must not keep the others open.
        this.#logger.error({ error, part }, 'error while closing the node');
      }
    }
  }
}

interface ReplicaParts {
  readonly peers: PeerTransport;
  readonly logWindow: LogWindow;
  readonly history: HistoryLog;
  readonly flight: FlightRecorder | undefined;
}

function openReplica(
  { config, logger, memory, recorder, onFailed, onLeader, onIncarnation }: KvNodeOptions,
  data: DataDirectory,
  { peers, logWindow, history, flight }: ReplicaParts,
): Promise<Replica> {
  return Replica.open({
    me: config.nodeId,
    runId: randomInt(runIdMax),
    peerCount: config.addresses.length,
    transport: peers,
    isCandidate: true,
    forwarding: peers.forwardPort,
    checksums: peers.checksumPort,
    storage: data.journal,
    stateEpoch: data.identity.stateEpoch,
    state: data.state,
    tables: data.tables,
    journalIndex: () => data.journal.writeIndex,
    logWindow,
    history,
    levels: peers.levelPort,
    stateTransfer: { port: peers.statePort, replace: (fill) => data.replaceState(fill) },
    clock: systemClock,
    random: systemRandom,
    drawEntropy: () => randomBytes(id128Bytes),
    limits: config.limits,
    scrub: config.scrub,
    ...{ ...(flight && { recorder: flight.recorder }), ...(recorder && { observer: recorder }) },
    usage: { journal: data.journal, memory },
    onLeader,
    onDifference: ({ applied, peer }) => {
      logger.error({ applied, peer }, 'the states of two nodes differ');
    },
    onFeatureLevel: (featureLevel) => {
      logger.info({ featureLevel }, 'feature level of the cluster');
      // The state records the level too, so a start without this record is refused a little later.
      data.identity.markLevel(featureLevel).catch((error: unknown) => {
        logger.warn({ error }, 'the feature level is not recorded in the identity');
      });
    },
    onIncarnation: (name) => {
      data.identity.markIncarnation(name).then(() => onIncarnation(name), onFailed);
    },
    onRefused: refusalLog({
      ...{ logger, now: systemClock.now },
      onRefused: (node) => recorder?.onRefusedMessage(node),
    }),
    onStopped: (error) => {
      logger.error({ error }, 'replica failed');
      onFailed(error);
    },
  });
}
