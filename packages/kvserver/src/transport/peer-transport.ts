/**
 * How servers talk to each other. Each dials every other one and sends on the connections it dialled;
 * on those it accepted it only listens. So there is one connection each way, and no tie to break.
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
import type { ForwardedBatch, ForwardPort } from '../replica/forwarding/forward-port.ts';
import type { StateMessage, StatePort } from '../replica/snapshot/state-port.ts';
import { FrameReader, pack, type SideMessage } from './codec.ts';
import { ComplaintLog } from './complaint-log.ts';
import { formatVersion } from './handshake.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { PeerListener, type ReceptionCounts } from './peer-listener.ts';
import { PlausibilityBounds } from './plausibility.ts';

export interface PeerTransportOptions {
  /** This server's node id: its place in `addresses`. */
  readonly me: PeerId;
  /** host:port of every server, by node id. */
  readonly addresses: readonly string[];
  readonly clusterId: string;
  /** How often this server was started, as far as it knows. */
  readonly bootCount: number;
  readonly logger: Logger;
  readonly limits?: Partial<PeerLimits>;
  /** Spreads attempts to connect in time. Default: `Math.random`. */
  readonly random?: Random;
  /** A connection to `node` opened, or was lost, or cannot be had for another reason than before. */
  readonly onPeerChange?: (node: PeerId, connected: boolean, reason?: string) => void;
}

/** Since the start; they only grow. */
export interface PeerCounts extends Readonly<ReceptionCounts> {
  /** Messages handed to a connection. */
  readonly sent: number;
  /** Messages not sent: no connection, or a full queue. */
  readonly dropped: number;
}

export class PeerTransport implements Transport<Uint8Array> {
  readonly #options: PeerTransportOptions;
  readonly #links = new Map<PeerId, OutgoingLink>();
  readonly #reception: PeerListener;
  readonly #horizon: PlausibilityBounds;
  #sent = 0;
  #dropped = 0;
  #inbox: Inbox<Uint8Array> | undefined;
  #receiveState: ((from: PeerId, message: StateMessage) => void) | undefined;
  #receiveHandedOver: ((from: PeerId, message: ForwardedBatch) => void) | undefined;

  /** Opens nothing yet. @throws TypeError if `me` or an address is not one. */
  constructor(options: PeerTransportOptions) {
    this.#options = options;
    const { me, addresses, clusterId, logger } = options;
    const nodeCount = addresses.length;
    if (addresses[me] === undefined) throw new TypeError(`no address of node ${me}`);
    const limits = { ...defaultPeerLimits, ...options.limits };
    const bounds = { nodeCount, valueBytesMax: limits.valueBytesMax };
    this.#horizon = new PlausibilityBounds(limits);
    this.#reception = new PeerListener({
      host: { me, clusterId, nodeCount },
      limits,
      reader: new FrameReader(me, bounds),
      horizon: this.#horizon,
      complaints: new ComplaintLog(logger, () => performance.now()),
      onWelcome: (node) => this.#links.get(node)?.hurry(),
      deliver: (envelope) => this.#inbox?.receive(envelope),
      deliverBeside: (from, message) => this.#deliverBeside(from, message),
    });
    for (const node of addresses.keys()) {
      if (node !== me) this.#links.set(node, this.#linkTo(node, limits));
    }
  }

  /** The same connections, for messages about whole states. They are open while the transport is. */
  get statePort(): StatePort {
    return {
      open: (receive) => {
        this.#receiveState = receive;
      },
      send: (to, message) => this.#sendBeside(to, message),
      close: () => {
        this.#receiveState = undefined;
      },
    };
  }

  /** The same for batches on their way to the leader. */
  get forwardPort(): ForwardPort {
    return {
      open: (receive) => {
        this.#receiveHandedOver = receive;
      },
      send: (to, message) => this.#sendBeside(to, message),
      close: () => {
        this.#receiveHandedOver = undefined;
      },
    };
  }

  /** Begins to dial the other servers and to let them in. Resolves without waiting for any of them. */
  async open(inbox: Inbox<Uint8Array>): Promise<void> {
    this.#inbox = inbox;
    this.#reception.open();
    for (const link of this.#links.values()) link.dial();
  }

  /**
   * Sends, or drops the message where there is no connection or its queue is full. The inbox is told of
   * a dropped request soon after; of what is lost on the way nobody is told.
   */
  send(envelope: Envelope<Uint8Array>): void {
    this.#horizon.note(envelope);
    const link = this.#links.get(envelope.to);
    if (link?.isOpen === true && link.send(pack(envelope))) {
      this.#sent += 1;
      return;
    }
    this.#dropped += 1;
    if (isAnswer(envelope.message)) return;
    // Not within this call: the sender is in the middle of a step.
    queueMicrotask(() => this.#inbox?.undeliverable(envelope));
  }

  /** Hands over an upgrade request for `peerPath` that arrived on this server's HTTP server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#reception.handleUpgrade(request, socket, head);
  }

  /** Every other server, as seen from here, by node id. */
  peers(): PeerStatus[] {
    return [...this.#links.values()].map((link) => link.status);
  }

  counts(): PeerCounts {
    return { ...this.#reception.counts, sent: this.#sent, dropped: this.#dropped };
  }

  /** Resolves when every connection is gone. The HTTP server stays as it is. */
  async close(): Promise<void> {
    this.#inbox = undefined;
    const links = [...this.#links.values()];
    await Promise.all([this.#reception.close(), ...links.map((link) => link.close())]);
  }

  #deliverBeside(from: PeerId, message: SideMessage): void {
    if (message.type === 'forward') this.#receiveHandedOver?.(from, message);
    else this.#receiveState?.(from, message);
  }

  #sendBeside(to: PeerId, message: SideMessage): void {
    const isSent = this.#links.get(to)?.send(pack(message)) ?? false;
    if (isSent) this.#sent += 1;
    else this.#dropped += 1;
  }

  #linkTo(node: PeerId, limits: PeerLimits): OutgoingLink {
    const { me, addresses, clusterId, bootCount, random } = this.#options;
    return new OutgoingLink({
      address: addresses[node] ?? '',
      hello: {
        type: 'hello',
        formatVersion,
        clusterId,
        from: me,
        to: node,
        nodeCount: addresses.length,
        bootCount,
      },
      limits,
      random: random ?? { next: Math.random },
      onChange: (status) => this.#onChange(status),
    });
  }

  #onChange({ node, connected, reason }: PeerStatus): void {
    const { logger, onPeerChange } = this.#options;
    if (connected) logger.info({ node }, 'peer connected');
    else logger.warn({ node, reason }, 'peer unreachable');
    onPeerChange?.(node, connected, reason);
    if (!connected) this.#inbox?.disconnected(node);
  }
}
