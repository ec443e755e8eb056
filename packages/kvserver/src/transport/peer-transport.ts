/**
 * The transport between servers. Each server dials every other one, sends on the connections that it dialed,
 * and receives on those that it accepted. There is one connection for each direction, so no tie between two connections has to be broken.
 * While a connection is busy with large messages, those about who leads go the other way on the connection of the
 * other server, where nothing large ever is.
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
import type { PeerStatus } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { defaultPeerLimits, type PeerLimits } from '../config/transport-limits.ts';
import type {
  ChecksumPort,
  ForwardPort,
  LevelPort,
  ServerLevels,
  StatePort,
} from '../replica/ports.ts';
import { baseLevel } from '../state-machine/features.ts';
import { FrameReader, type PeerMessage, pack, packMessage, type SideMessage } from './codec.ts';
import { DialTargets } from './dial-targets.ts';
import { formats, incarnationIn } from './handshake.ts';
import { allLevels, LevelExchange, toFeatureLevels } from './level-exchange.ts';
import { payloadBytesOf, withinLearnedBytes } from './message-size.ts';
import { backFrameBytesMax, OutgoingLink } from './outgoing-link.ts';
import type { PeerCounts } from './peer-counts.ts';
import { type ListenAddress, PeerListener } from './peer-listener.ts';
import { PeerReceiver } from './peer-receiver.ts';
import { RejectionLog } from './rejection-log.ts';
import { PeerSecurity } from './security/peer-security.ts';
import { SidePorts } from './side-ports.ts';
import { urgentForm } from './urgent-messages.ts';

export interface PeerTransportOptions {
  /** The node id of this server: its index in `addresses`. */
  readonly me: PeerId;
  /** `host:port` at which every server listens for peers, by node id. */
  readonly addresses: readonly string[];
  /** Where this one listens for peers. Absent: nowhere. */
  readonly listen?: ListenAddress | undefined;
  /** What this server proves itself with. Default: nothing that others do not know. */
  readonly security?: PeerSecurity | undefined;
  /**
   * `host:port` at which earlier versions listen, by node id. They prove nothing, and count only while the feature
   * level is the first one. Absent: never.
   */
  readonly earlierAddresses?: readonly string[] | undefined;
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

export class PeerTransport implements Transport<Uint8Array> {
  readonly #options: PeerTransportOptions;
  readonly #links = new Map<PeerId, OutgoingLink>();
  readonly #listener: PeerListener;
  readonly #receiver: PeerReceiver;
  readonly #rejections: RejectionLog;
  readonly #security: PeerSecurity;
  readonly #levels: LevelExchange;
  #sent = 0;
  #dropped = 0;
  #inbox: Inbox<Uint8Array> | undefined;
  readonly #ports = new SidePorts((to, message) => this.#sendSideMessage(to, message));

  /** Opens nothing yet. @throws TypeError if `me` is no index of `addresses`, or an address is not valid. */
  constructor(options: PeerTransportOptions) {
    this.#options = options;
    const { me, addresses, clusterId, logger } = options;
    const nodeCount = addresses.length;
    if (addresses[me] === undefined) throw new TypeError(`addresses has no entry for node ${me}`);
    const limits = { ...defaultPeerLimits, ...options.limits };
    const bounds = { nodeCount, valueBytesMax: limits.valueBytesMax };
    const { levels = allLevels, onUnsupportedLevel = () => {} } = options;
    this.#levels = new LevelExchange(levels, onUnsupportedLevel, options.incarnation, () =>
      this.#endEarlier(),
    );
    this.#security = options.security ?? new PeerSecurity();
    this.#rejections = new RejectionLog(logger, () => performance.now());
    this.#receiver = new PeerReceiver({
      reader: new FrameReader(me, bounds),
      deliver: (envelope) => this.#inbox?.receive(envelope),
      deliverSideMessage: (from, message) => this.#ports.deliver(from, message),
    });
    this.#listener = new PeerListener({
      listen: options.listen,
      host: { me, clusterId, nodeCount },
      security: this.#security,
      takesEarlier: () => this.#earlierAddressOf(me) !== undefined,
      limits,
      levels: this.#levels,
      rejections: this.#rejections,
      onConnected: (node) => this.#links.get(node)?.dialNow(),
      onFrame: (node, frame) => this.#receiver.take(node, frame),
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
    return this.#ports.state;
  }

  /** Carries forwarded batches on the same connections. */
  get forwardPort(): ForwardPort {
    return this.#ports.forward;
  }

  /** Carries checksums of states on the same connections. */
  get checksumPort(): ChecksumPort {
    return this.#ports.checksum;
  }

  /**
   * Dials the other servers and accepts their connections. Resolves without waiting for any of them.
   *
   * @throws the error of the system if this server cannot listen at its address.
   */
  async open(inbox: Inbox<Uint8Array>): Promise<void> {
    this.#inbox = inbox;
    await this.#listener.open();
    for (const link of this.#links.values()) link.dial();
  }

  /**
   * Sends the message, or drops it if there is no connection or its queue is full. The inbox learns soon
   * afterwards of a dropped request, but not of a message that is lost on the way.
   */
  send(envelope: Envelope<Uint8Array>): void {
    const link = this.#links.get(envelope.to);
    if (link?.isOpen === true && link.isBusy && this.#sendBack(envelope)) return;
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

  /** Takes an upgrade request for `peerPath` from the HTTP server: a server of an earlier version. */
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

  /** The round trips to each other server since the last call, in milliseconds. */
  takeRoundTrips(): { readonly node: PeerId; readonly ms: number }[] {
    return [...this.#links].flatMap(([node, link]) =>
      link.takeRoundTrips().map((ms) => ({ node, ms })),
    );
  }

  counts(): PeerCounts {
    return {
      received: this.#receiver.receivedCount,
      invalidFrames: this.#receiver.invalidCount,
      refusedConnections: this.#listener.refusedCount,
      sent: this.#sent,
      dropped: this.#dropped,
    };
  }

  /** Refused connections, by the name of the reason. */
  get refusals(): Readonly<Record<string, number>> {
    return this.#rejections.counts;
  }

  /** Resolves when every connection is closed. The HTTP server of earlier versions is left alone. */
  async close(): Promise<void> {
    this.#inbox = undefined;
    const parts = [this.#listener, ...this.#links.values()];
    await Promise.all(parts.map((part) => part.close()));
  }

  /** Sends a message about who leads where nothing large is before it. False if it has to wait with the others. */
  #sendBack(envelope: Envelope<Uint8Array>): boolean {
    const message = urgentForm(envelope.message);
    if (message === undefined) return false;
    const bytes = pack({ ...envelope, message });
    const isSent =
      bytes.byteLength <= backFrameBytesMax && this.#listener.sendBack(envelope.to, bytes);
    if (isSent) this.#sent += 1;
    return isSent;
  }

  /** Where an earlier version of `node` listens, while such versions are taken. */
  #earlierAddressOf(node: PeerId): string | undefined {
    return this.#levels.level === baseLevel ? this.#options.earlierAddresses?.[node] : undefined;
  }

  /** Servers of earlier versions are members no more, so whatever still proves nothing is none of them. */
  #endEarlier(): void {
    if (this.#options.earlierAddresses === undefined) return;
    this.#listener.endEarlier();
    for (const link of this.#links.values()) {
      if (!link.isProven) link.redial('no proof: the upgrade is over');
    }
  }

  #sendSideMessage(to: PeerId, message: SideMessage): void {
    const isSent = this.#links.get(to)?.send(packed(message)) ?? false;
    if (isSent) this.#sent += 1;
    else this.#dropped += 1;
  }

  #linkTo(node: PeerId, limits: PeerLimits): OutgoingLink {
    const { me, addresses, clusterId, bootCount, random } = this.#options;
    return new OutgoingLink({
      targets: new DialTargets({
        address: addresses[node] ?? '',
        security: this.#security,
        earlierAddress: () => this.#earlierAddressOf(node),
      }),
      to: node,
      onFrame: (frame) => this.#receiver.take(node, frame),
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
      onWelcome: ({ incarnation }, isProven) =>
        isProven ? this.#levels.learn(incarnation) : this.#levels.canBe(incarnation),
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

function packed(message: PeerMessage): readonly Uint8Array[] {
  return packMessage(message, payloadBytesOf(message));
}
