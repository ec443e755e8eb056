/**
 * Where other servers come in: takes their connections, checks who they are, and hands over what they
 * send once it was found to be as it must be. Of each server only the newest connection is heard.
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
import type { ComplaintLog } from './complaint-log.ts';
import { type Hello, type Host, readHello, refusalOf } from './handshake.ts';
import { type IncomingEvents, IncomingLink } from './incoming-link.ts';
import type { PlausibilityBounds } from './plausibility.ts';

export interface ReceptionOptions {
  readonly host: Omit<Host, 'bootCount'>;
  readonly limits: PeerLimits;
  readonly reader: FrameReader;
  readonly horizon: PlausibilityBounds;
  readonly complaints: ComplaintLog;
  /** A server has connected. */
  readonly onWelcome: (node: PeerId) => void;
  readonly deliver: (envelope: Envelope<Uint8Array>) => void;
  readonly deliverBeside: (from: PeerId, message: SideMessage) => void;
}

/** Since the start; they only grow. */
export interface ReceptionCounts {
  /** Messages handed over. */
  received: number;
  /** Frames that were not as they must be; each also ended its connection. */
  invalidFrames: number;
  /** Connections refused before or in the handshake. */
  refusedConnections: number;
}

export class PeerListener {
  readonly #options: ReceptionOptions;
  readonly #sockets: WebSocketServer;
  readonly #events: IncomingEvents;
  /** Every connection that is not gone yet, retired ones too. */
  readonly #links = new Set<IncomingLink>();
  readonly #strangers = new Set<IncomingLink>();
  /** The connection heard of each server. */
  readonly #current = new Map<
    PeerId,
    { readonly link: IncomingLink; readonly bootCount: number }
  >();
  readonly #counts: ReceptionCounts = { received: 0, invalidFrames: 0, refusedConnections: 0 };
  #isOpen = false;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: frameBytesMax(options.limits),
      closeTimeout: Math.min(1000, options.limits.silenceMsMax),
    };
    this.#sockets = new WebSocketServer(settings);
    this.#events = {
      onGreeting: (link, frame) => this.#onGreeting(link, frame),
      onFrame: (link, frame) => this.#onFrame(link, frame),
      onOffence: (link, reason) => this.#onOffence(link, reason),
      onGone: (link) => this.#onGone(link),
    };
  }

  get counts(): ReceptionCounts {
    return { ...this.#counts };
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Takes over a connection that asked to be upgraded. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { limits } = this.#options;
    const isFull = this.#strangers.size >= limits.strangerCountMax;
    // Only browsers name an origin, and no page has business here.
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
      this.#strangers.add(link);
    });
  }

  /** Ends every connection; resolves when they are gone. */
  async close(): Promise<void> {
    this.#isOpen = false;
    const gone = new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    for (const link of this.#links) link.terminate();
    await gone;
  }

  #onGreeting(link: IncomingLink, frame: Uint8Array): void {
    const hello = readHello(unpack(frame));
    if (!hello.valid) {
      this.#refuse(link, hello.reason);
      return;
    }
    const bootCount = this.#current.get(hello.content.from)?.bootCount;
    const refusal = refusalOf(hello.content, { ...this.#options.host, bootCount });
    if (refusal === undefined) this.#welcome(link, hello.content);
    else this.#refuse(link, refusal, hello.content);
  }

  #welcome(link: IncomingLink, { from, bootCount }: Hello): void {
    this.#current.get(from)?.link.retire('replaced by a newer connection');
    this.#current.set(from, { link, bootCount });
    this.#strangers.delete(link);
    this.#options.complaints.forgive(from);
    link.welcome(from);
    this.#options.onWelcome(from);
  }

  #refuse(link: IncomingLink, reason: string, hello?: Hello): void {
    this.#counts.refusedConnections += 1;
    this.#options.complaints.complain(reason, hello?.from);
    link.refuse(reason);
  }

  #onFrame(link: IncomingLink, frame: Uint8Array): void {
    const { reader, horizon } = this.#options;
    if (link.node === undefined) return;
    const reading = reader.read(frame, link.node);
    const complaint = reading.valid ? firstComplaint(horizon, reading.content) : reading.reason;
    if (!reading.valid || complaint !== undefined) {
      link.retire(`invalid frame: ${complaint}`);
      this.#onOffence(link, `invalid frame: ${complaint}`);
      return;
    }
    for (const message of reading.content) this.#deliver(link.node, message);
  }

  #deliver(from: PeerId, message: PeerMessage): void {
    const { horizon, deliver, deliverBeside } = this.#options;
    this.#counts.received += 1;
    if (!isEnvelope(message)) {
      deliverBeside(from, message);
      return;
    }
    horizon.note(message);
    deliver(message);
  }

  #onOffence(link: IncomingLink, reason: string): void {
    if (link.node === undefined) this.#counts.refusedConnections += 1;
    else this.#counts.invalidFrames += 1;
    this.#options.complaints.complain(reason, link.node);
  }

  #onGone(link: IncomingLink): void {
    this.#links.delete(link);
    this.#strangers.delete(link);
    if (link.node !== undefined && this.#current.get(link.node)?.link === link) {
      this.#current.delete(link.node);
    }
  }
}

function firstComplaint(
  horizon: PlausibilityBounds,
  messages: readonly PeerMessage[],
): string | undefined {
  for (const message of messages) {
    const complaint = isEnvelope(message) ? horizon.refusalReason(message) : undefined;
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
