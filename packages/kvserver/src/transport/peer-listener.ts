/**
 * The peer listener: accepts the connections of other servers at a port of their own, and delivers the messages of
 * those that have proven their identity. Only the newest connection of each server counts.
 * Rule: before a proof nothing is replaced, believed or kept but the connection itself, and few of those.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PeerId } from '@paxkv/paxos';
import { memberName } from '../config/member-name.ts';
import type { PeerLimits } from '../config/transport-limits.ts';
import { EarlierUpgrades } from './earlier-upgrades.ts';
import { EarlierListener } from './exchange/earlier-exchange.ts';
import type { ListenerExchange } from './exchange/exchange.ts';
import { ProvenListener } from './exchange/proven-exchange.ts';
import {
  formats,
  type Hello,
  type Host,
  incarnationIn,
  levelRefusalOf,
  type Refusal,
  refusalOf,
  wrongIncarnation,
} from './handshake.ts';
import { type IncomingEvents, IncomingLink } from './incoming-link.ts';
import type { LevelExchange } from './level-exchange.ts';
import type { RejectionLog } from './rejection-log.ts';
import type { PeerSecurity } from './security/peer-security.ts';
import { SocketWire } from './wire/socket-wire.ts';
import type { Wire } from './wire/wire.ts';

/** Where to listen. An IPv6 host has no brackets. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface PeerListenerOptions {
  /** Absent: nobody can dial this server, as in a cluster of one. */
  readonly listen: ListenAddress | undefined;
  readonly host: Omit<Host, 'bootCount'>;
  readonly security: PeerSecurity;
  /** Whether connections of earlier versions are taken, which prove nothing. */
  readonly takesEarlier: () => boolean;
  readonly limits: PeerLimits;
  readonly rejections: RejectionLog;
  readonly levels: LevelExchange;
  /** A server has connected to this one. */
  readonly onConnected: (node: PeerId) => void;
  /** A frame of messages. Returns why it is refused; `undefined` if it is not. */
  readonly onFrame: (node: PeerId, frame: Uint8Array) => string | undefined;
}

export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #server: Server = createServer({ noDelay: true });
  readonly #upgrades: EarlierUpgrades;
  readonly #events: IncomingEvents;
  /** Every connection that is not closed yet, including those that are closing. */
  readonly #links = new Set<IncomingLink>();
  /** Connections that have not identified themselves, the oldest first, and how to end each. */
  readonly #unauthenticated = new Map<Duplex | IncomingLink, () => void>();
  /** The connection of each server that counts. */
  readonly #current = new Map<
    PeerId,
    { readonly link: IncomingLink; readonly bootCount: number }
  >();
  #refusedCount = 0;
  #isOpen = false;

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    this.#upgrades = new EarlierUpgrades(options.limits);
    this.#server.on('connection', (socket) => this.#onConnection(socket));
    this.#events = {
      onHello: (link, hello) => this.#onHello(link, hello),
      onFrame: (link, frame) => this.#onFrame(link, frame),
      onViolation: (link, reason) => this.#reject(reason, link.node),
      onGone: (link) => this.#onGone(link),
    };
  }

  /** Connections refused before or in the handshake, since the start. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** @throws the error of the system if it cannot listen at its address. */
  async open(): Promise<void> {
    const { listen } = this.#options;
    this.#isOpen = true;
    if (listen === undefined) return;
    this.#server.listen({ ...listen, exclusive: true });
    await once(this.#server, 'listening');
  }

  /** Takes over a connection of an earlier version, which asked the HTTP server to be upgraded. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#isOpen || !this.#options.takesEarlier()) {
      this.#refusedCount += 1;
      this.#options.rejections.reject('no proof: a server of an earlier version');
      this.#upgrades.refuse(request, socket);
      return;
    }
    this.#reserve(socket, () => socket.destroy());
    this.#upgrades.take(request, socket, head, (wire) => {
      this.#unauthenticated.delete(socket);
      this.#begin(wire, new EarlierListener());
    });
  }

  /** Sends a small message to `node` on the connection from there. False if there is none. */
  sendBack(node: PeerId, message: Uint8Array): boolean {
    const link = this.#current.get(node)?.link;
    if (link?.isOpen !== true || !link.isProven) return false;
    link.sendBack(message);
    return true;
  }

  /** Ends the connections of versions that prove nothing. */
  endEarlier(): void {
    for (const link of this.#links) {
      if (!link.isProven) link.closeWith('no proof: the upgrade is over');
    }
  }

  /** Ends every connection; resolves when they are closed. */
  async close(): Promise<void> {
    this.#isOpen = false;
    const isListening = this.#server.listening;
    const gone = isListening ? once(this.#server, 'close') : Promise.resolve();
    if (isListening) this.#server.close();
    for (const end of [...this.#unauthenticated.values()]) end();
    for (const link of [...this.#links]) link.terminate();
    await gone;
    await this.#upgrades.close();
  }

  #onConnection(socket: Socket): void {
    const { security } = this.#options;
    socket.on('error', () => socket.destroy());
    this.#reserve(socket, () => socket.destroy());
    security.accept(socket, {
      onSecure: (secure) => {
        this.#unauthenticated.delete(socket);
        const wire = new SocketWire(secure);
        this.#begin(wire, new ProvenListener(security.secrets, wire.channelBinding));
      },
      onInsecure: (reason) => this.#reject(`no TLS: ${reason}`),
    });
  }

  /** Counts a connection as unauthenticated; the oldest of them makes room. A real server needs only a moment. */
  #reserve(socket: Duplex, end: () => void): void {
    this.#makeRoom();
    this.#unauthenticated.set(socket, end);
    socket.once('close', () => this.#unauthenticated.delete(socket));
  }

  #makeRoom(): void {
    const [oldest] = this.#unauthenticated;
    if (oldest === undefined) return;
    if (this.#unauthenticated.size < this.#options.limits.unauthenticatedCountMax) return;
    this.#unauthenticated.delete(oldest[0]);
    this.#reject('no room: too many connections that prove nothing');
    oldest[1]();
  }

  #begin(wire: Wire, exchange: ListenerExchange): void {
    const link = new IncomingLink(wire, exchange, this.#options.limits, this.#events);
    this.#links.add(link);
    this.#unauthenticated.set(link, () => link.terminate());
  }

  #onHello(link: IncomingLink, hello: Hello): void {
    const refusal = this.#refusalOf(link, hello);
    if (refusal === undefined) {
      this.#accept(link, hello);
      return;
    }
    this.#reject(refusal.reason, hello.from);
    link.refuse(refusal);
  }

  #refusalOf(link: IncomingLink, hello: Hello): Refusal | undefined {
    const { host, levels } = this.#options;
    const current = this.#current.get(hello.from);
    const reason =
      certificateRefusal(link, hello) ??
      refusalOf(hello, { ...host, bootCount: current?.bootCount });
    if (reason !== undefined) return { type: 'refusal', reason };
    if (!link.isProven && current?.link.isProven === true)
      return { type: 'refusal', reason: 'no proof: this server is connected with one' };
    // Only what a proven server says can end this one, or is kept.
    const { isProven } = link;
    if (!(isProven ? levels.onLevel(hello.level) : levels.canRunAt(hello.level)))
      return { type: 'refusal', reason: 'level: this server cannot run at that of the cluster' };
    const { incarnation } = hello;
    const levelRefusal = levelRefusalOf(hello, levels.level);
    if (levelRefusal !== undefined) return levelRefusal;
    if (isProven ? levels.learn(incarnation) : levels.canBe(incarnation)) return undefined;
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

  #onFrame(link: IncomingLink, frame: Uint8Array): void {
    if (link.node === undefined) return;
    const refusal = this.#options.onFrame(link.node, frame);
    if (refusal !== undefined) link.violate(refusal);
  }

  #reject(reason: string, node?: PeerId): void {
    this.#refusedCount += 1;
    this.#options.rejections.reject(reason, node);
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

function certificateRefusal({ members }: IncomingLink, hello: Hello): string | undefined {
  const name = memberName(hello.clusterId, hello.from);
  if (members === undefined || members.includes(name)) return undefined;
  return `wrong certificate: it does not name ${name}`;
}
