/**
 * The peer listener: accepts the connections of other servers, verifies their identity, and delivers the
 * messages that pass every check. Only the newest connection of each server counts.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Envelope, PeerId } from '@paxkv/paxos';
import { type ServerOptions, WebSocketServer } from 'ws';
import { frameBytesMax, type PeerLimits } from '../config/transport-limits.ts';
import {
  type FrameReader,
  isEnvelope,
  type PeerMessage,
  type SideMessage,
  unpack,
} from './codec.ts';
import {
  formats,
  type Hello,
  type Host,
  incarnationIn,
  levelRefusalOf,
  type Refusal,
  readHello,
  refusalOf,
  wrongIncarnation,
} from './handshake.ts';
import { type IncomingEvents, IncomingLink } from './incoming-link.ts';
import type { LevelExchange } from './level-exchange.ts';
import type { PlausibilityBounds } from './plausibility.ts';
import type { RejectionLog } from './rejection-log.ts';

export interface PeerListenerOptions {
  readonly host: Omit<Host, 'bootCount'>;
  readonly limits: PeerLimits;
  readonly reader: FrameReader;
  readonly plausibility: PlausibilityBounds;
  readonly rejections: RejectionLog;
  readonly levels: LevelExchange;
  /** A server has connected to this one. */
  readonly onConnected: (node: PeerId) => void;
  readonly deliver: (envelope: Envelope<Uint8Array>) => void;
  readonly deliverSideMessage: (from: PeerId, message: SideMessage) => void;
}

/** Counters since the start. */
export interface PeerListenerCounts {
  /** Messages delivered. */
  received: number;
  /** Frames that failed a check; each also ended its connection. */
  invalidFrames: number;
  /** Connections refused before or in the handshake. */
  refusedConnections: number;
}

export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #sockets: WebSocketServer;
  readonly #events: IncomingEvents;
  /** Every connection that is not closed yet, including those that are closing. */
  readonly #links = new Set<IncomingLink>();
  readonly #unauthenticated = new Set<IncomingLink>();
  /** The connection of each server that counts. */
  readonly #current = new Map<
    PeerId,
    { readonly link: IncomingLink; readonly bootCount: number }
  >();
  readonly #counts: PeerListenerCounts = { received: 0, invalidFrames: 0, refusedConnections: 0 };
  #isOpen = false;

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: frameBytesMax(options.limits),
      closeTimeout: Math.min(1000, options.limits.silenceMsMax),
    };
    this.#sockets = new WebSocketServer(settings);
    this.#events = {
      onHello: (link, frame) => this.#onHello(link, frame),
      onFrame: (link, frame) => this.#onFrame(link, frame),
      onViolation: (link, reason) => this.#onViolation(link, reason),
      onGone: (link) => this.#onGone(link),
    };
  }

  get counts(): PeerListenerCounts {
    return { ...this.#counts };
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Takes over a connection that asked to be upgraded. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { limits } = this.#options;
    const isFull = this.#unauthenticated.size >= limits.unauthenticatedCountMax;
    // Only browsers send an origin, and no web page may connect here.
    const status = request.headers.origin !== undefined ? 403 : this.#isOpen && !isFull ? 101 : 503;
    if (status !== 101) {
      this.#counts.refusedConnections += 1;
      socket.on('error', () => socket.destroy());
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const link = new IncomingLink(webSocket, limits, this.#events);
      link.watch(socket);
      this.#links.add(link);
      this.#unauthenticated.add(link);
    });
  }

  /** Ends every connection; resolves when they are closed. */
  async close(): Promise<void> {
    this.#isOpen = false;
    const gone = new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    for (const link of this.#links) link.terminate();
    await gone;
  }

  #onHello(link: IncomingLink, frame: Uint8Array): void {
    const hello = readHello(unpack(frame));
    if (!hello.valid) {
      this.#refuse(link, { type: 'refusal', reason: hello.reason });
      return;
    }
    const refusal = this.#refusalOf(hello.content);
    if (refusal === undefined) this.#accept(link, hello.content);
    else this.#refuse(link, refusal, hello.content);
  }

  #refusalOf(hello: Hello): Refusal | undefined {
    const { host, levels } = this.#options;
    const bootCount = this.#current.get(hello.from)?.bootCount;
    const reason = refusalOf(hello, { ...host, bootCount });
    if (reason !== undefined) return { type: 'refusal', reason };
    if (!levels.onLevel(hello.level)) {
      return {
        type: 'refusal',
        reason: 'this server cannot run at the feature level of the cluster',
      };
    }
    const levelRefusal = levelRefusalOf(hello, levels.level);
    if (levelRefusal !== undefined || levels.learn(hello.incarnation)) return levelRefusal;
    return { type: 'refusal', reason: wrongIncarnation };
  }

  #accept(link: IncomingLink, hello: Hello): void {
    const { from, bootCount } = hello;
    this.#current.get(from)?.link.closeWith('replaced by a newer connection');
    this.#current.set(from, { link, bootCount });
    this.#unauthenticated.delete(link);
    this.#options.rejections.accept(from);
    this.#options.levels.onConnected(from, hello.levels);
    link.accept(from, {
      formatVersion: Math.min(hello.formatVersion, formats.max),
      ...incarnationIn(this.#options.levels),
    });
    this.#options.onConnected(from);
  }

  #refuse(link: IncomingLink, refusal: Refusal, hello?: Hello): void {
    this.#counts.refusedConnections += 1;
    this.#options.rejections.reject(refusal.reason, hello?.from);
    link.refuse(refusal);
  }

  #onFrame(link: IncomingLink, frame: Uint8Array): void {
    const { reader, plausibility } = this.#options;
    if (link.node === undefined) return;
    const reading = reader.read(frame, link.node);
    const refusal = reading.valid ? firstRefusal(plausibility, reading.content) : reading.reason;
    if (!reading.valid || refusal !== undefined) {
      link.closeWith(`invalid frame: ${refusal}`);
      this.#onViolation(link, `invalid frame: ${refusal}`);
      return;
    }
    for (const message of reading.content) this.#deliver(link.node, message);
  }

  #deliver(from: PeerId, message: PeerMessage): void {
    const { plausibility, deliver, deliverSideMessage } = this.#options;
    this.#counts.received += 1;
    if (!isEnvelope(message)) {
      deliverSideMessage(from, message);
      return;
    }
    plausibility.observe(message);
    deliver(message);
  }

  #onViolation(link: IncomingLink, reason: string): void {
    if (link.node === undefined) this.#counts.refusedConnections += 1;
    else this.#counts.invalidFrames += 1;
    this.#options.rejections.reject(reason, link.node);
  }

  #onGone(link: IncomingLink): void {
    this.#links.delete(link);
    this.#unauthenticated.delete(link);
    if (link.node !== undefined && this.#current.get(link.node)?.link === link) {
      this.#current.delete(link.node);
      this.#options.levels.onGone(link.node);
    }
  }
}

function firstRefusal(
  plausibility: PlausibilityBounds,
  messages: readonly PeerMessage[],
): string | undefined {
  for (const message of messages) {
    const refusal = isEnvelope(message) ? plausibility.refusalReason(message) : undefined;
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
