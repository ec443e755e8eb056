/**
 * The transport between servers. Each server dials every other one, sends on the connections that it dialed,
 * and receives on those that it accepted. There is one connection for each direction, so no tie between two connections has to be broken.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type Envelope,
  type Inbox,
  isAnswer,
  type PeerId,
  type Random,
  type Transport,
} from '@paxkv/paxos';
import type { FeatureLevels, PeerStatus } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { defaultPeerLimits, type PeerLimits } from '../config/transport-limits.ts';
import type {
  ChecksumMessage,
  ChecksumPort,
  ForwardedBatch,
  ForwardPort,
  LevelPort,
  ServerLevels,
  StateMessage,
  StatePort,
} from '../replica/ports.ts';
import { thisVersion } from '../state-machine/features.ts';
import { FrameReader, type PeerMessage, pack, type SideMessage } from './codec.ts';
import { formats, incarnationIn } from './handshake.ts';
import { LevelExchange } from './level-exchange.ts';
import { payloadBytesOf, withinLearnedBytes } from './message-size.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { PeerListener, type PeerListenerCounts } from './peer-listener.ts';
import { PlausibilityBounds } from './plausibility.ts';
import { RejectionLog } from './rejection-log.ts';

export interface PeerTransportOptions {
  /** The node id of this server: its index in `addresses`. */
  readonly me: PeerId;
  /** host:port of every server, by node id. */
  readonly addresses: readonly string[];
  readonly clusterId: string;
  /** How often this server was started. */
  readonly bootCount: number;
  /** The incarnation of the cluster, if this server has recorded it. */
  readonly incarnation?: string | undefined;
  readonly logger: Logger;
  /** The feature levels of this server. Default: those of this version. */
  readonly levels?: ServerLevels;
  /** Another server reports that the cluster runs at a level at which this server cannot run. */
  readonly onUnsupportedLevel?: (level: number) => void;
  readonly limits?: Partial<PeerLimits>;
  /** Spreads attempts to connect over time. Default: `Math.random`. */
  readonly random?: Random;
  /** A connection to `node` opened or was lost, or the reason for its absence changed. */
  readonly onPeerChange?: (node: PeerId, connected: boolean, reason?: string) => void;
}

/** Counters since the start. */
export interface PeerCounts extends Readonly<PeerListenerCounts> {
  /** Messages handed to a connection. */
  readonly sent: number;
  /** Messages not sent: no connection, or a full queue. */
  readonly dropped: number;
}

const allLevels: ServerLevels = {
  lowest: thisVersion.lowest,
  highest: thisVersion.highest,
  raiseMax: thisVersion.highest,
};

export class PeerTransport implements Transport<Uint8Array> {
  readonly #options: PeerTransportOptions;
  readonly #links = new Map<PeerId, OutgoingLink>();
  readonly #listener: PeerListener;
  readonly #plausibility: PlausibilityBounds;
  readonly #levels: LevelExchange;
  #sent = 0;
  #dropped = 0;
  #inbox: Inbox<Uint8Array> | undefined;
  #receiveState: ((from: PeerId, message: StateMessage) => void) | undefined;
  #receiveForwarded: ((from: PeerId, message: ForwardedBatch) => void) | undefined;
  #receiveChecksum: ((from: PeerId, message: ChecksumMessage) => void) | undefined;

  /** Opens nothing yet. @throws TypeError if `me` is no index of `addresses`, or an address is not valid. */
  constructor(options: PeerTransportOptions) {
    this.#options = options;
    const { me, addresses, clusterId, logger } = options;
    const nodeCount = addresses.length;
    if (addresses[me] === undefined) throw new TypeError(`addresses has no entry for node ${me}`);
    const limits = { ...defaultPeerLimits, ...options.limits };
    const bounds = { nodeCount, valueBytesMax: limits.valueBytesMax };
    this.#plausibility = new PlausibilityBounds(limits);
    const { levels = allLevels, onUnsupportedLevel = () => {} } = options;
    this.#levels = new LevelExchange(levels, onUnsupportedLevel, options.incarnation);
    this.#listener = new PeerListener({
      host: { me, clusterId, nodeCount },
      limits,
      reader: new FrameReader(me, bounds),
      plausibility: this.#plausibility,
      levels: this.#levels,
      rejections: new RejectionLog(logger, () => performance.now()),
      onConnected: (node) => this.#links.get(node)?.dialNow(),
      deliver: (envelope) => this.#inbox?.receive(envelope),
      deliverSideMessage: (from, message) => this.#deliverSideMessage(from, message),
    });
    for (const node of addresses.keys()) {
      if (node !== me) this.#links.set(node, this.#linkTo(node, limits));
    }
  }

  /** Feature levels and the incarnation travel in the handshakes. */
  get levelPort(): LevelPort {
    return this.#levels;
  }

  /** Carries state transfer messages on the same connections. Open while the transport is. */
  get statePort(): StatePort {
    return {
      open: (receive) => {
        this.#receiveState = receive;
      },
      send: (to, message) => this.#sendSideMessage(to, message),
      close: () => {
        this.#receiveState = undefined;
      },
    };
  }

  /** Carries forwarded batches on the same connections. */
  get forwardPort(): ForwardPort {
    return {
      open: (receive) => {
        this.#receiveForwarded = receive;
      },
      send: (to, message) => this.#sendSideMessage(to, message),
      close: () => {
        this.#receiveForwarded = undefined;
      },
    };
  }

  /** Carries checksums of states on the same connections. */
  get checksumPort(): ChecksumPort {
    return {
      open: (receive) => {
        this.#receiveChecksum = receive;
      },
      send: (to, message) => this.#sendSideMessage(to, message),
      close: () => {
        this.#receiveChecksum = undefined;
      },
    };
  }

  /** Dials the other servers and accepts their connections. Resolves without waiting for any of them. */
  async open(inbox: Inbox<Uint8Array>): Promise<void> {
    this.#inbox = inbox;
    this.#listener.open();
    for (const link of this.#links.values()) link.dial();
  }

  /**
   * Sends the message, or drops it if there is no connection or its queue is full. The inbox learns soon
   * afterwards of a dropped request, but not of a message that is lost on the way.
   */
  send(envelope: Envelope<Uint8Array>): void {
    this.#plausibility.observe(envelope);
    const link = this.#links.get(envelope.to);
    if (link?.isOpen === true && link.send(packed(withinLearnedBytes(envelope)))) {
      this.#sent += 1;
      return;
    }
    this.#dropped += 1;
    if (isAnswer(envelope.message)) return;
    // Not within this call, since the sender is in the middle of a step.
    queueMicrotask(() => this.#inbox?.undeliverable(envelope));
  }

  /** Writes to the sockets what was sent in this turn of the event loop, side messages too. */
  flush(): void {
    for (const link of this.#links.values()) link.flush();
  }

  /** Takes an upgrade request for `peerPath` from the HTTP server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#listener.handleUpgrade(request, socket, head);
  }

  /** The status of every other server, by node id. */
  peers(): PeerStatus[] {
    return [...this.#links.values()].map(({ status }) => {
      const levels = this.#levels.levelsOf(status.node);
      return levels === undefined ? status : { ...status, featureLevels: toFeatureLevels(levels) };
    });
  }

  counts(): PeerCounts {
    return { ...this.#listener.counts, sent: this.#sent, dropped: this.#dropped };
  }

  /** Resolves when every connection is closed. The HTTP server is left alone. */
  async close(): Promise<void> {
    this.#inbox = undefined;
    const links = [...this.#links.values()];
    await Promise.all([this.#listener.close(), ...links.map((link) => link.close())]);
  }

  #deliverSideMessage(from: PeerId, message: SideMessage): void {
    if (message.type === 'forward') this.#receiveForwarded?.(from, message);
    else if (message.type === 'checksum') this.#receiveChecksum?.(from, message);
    else this.#receiveState?.(from, message);
  }

  #sendSideMessage(to: PeerId, message: SideMessage): void {
    const isSent = this.#links.get(to)?.send(packed(message)) ?? false;
    if (isSent) this.#sent += 1;
    else this.#dropped += 1;
  }

  #linkTo(node: PeerId, limits: PeerLimits): OutgoingLink {
    const { me, addresses, clusterId, bootCount, random } = this.#options;
    return new OutgoingLink({
      address: addresses[node] ?? '',
      to: node,
      hello: () => ({
        type: 'hello',
        formatVersion: formats.max,
        formatVersionMin: formats.min,
        clusterId,
        from: me,
        to: node,
        nodeCount: addresses.length,
        bootCount,
        level: this.#levels.level,
        levels: this.#levels.own,
        ...incarnationIn(this.#levels),
      }),
      onWelcome: ({ incarnation }) => this.#levels.learn(incarnation),
      onLevel: (level) => this.#levels.onLevel(level),
      limits,
      random: random ?? { next: Math.random },
      onChange: (status) => this.#onChange(status),
    });
  }

  #onChange({ node, connected, reason }: PeerStatus): void {
    const { logger, onPeerChange } = this.#options;
    const format = this.#links.get(node)?.formatVersion;
    if (connected) logger.info({ node, format }, 'peer connected');
    else logger.warn({ node, reason }, 'peer unreachable');
    onPeerChange?.(node, connected, reason);
    if (!connected) this.#inbox?.disconnected(node);
  }
}

/** The levels as `/status` shows them. */
export function toFeatureLevels({ lowest, highest, raiseMax }: ServerLevels): FeatureLevels {
  return raiseMax < highest ? { lowest, highest, raiseMax } : { lowest, highest };
}

function packed(message: PeerMessage): Uint8Array {
  return pack(message, payloadBytesOf(message));
}
