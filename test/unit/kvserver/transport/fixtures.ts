/** Servers with only a peer transport, callers that violate the protocol, and a log that tests can read. */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { PeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { formatVersion, type Hello, peerPath } from '@paxkv/kvserver/internal/transport/handshake';
import {
  PeerTransport,
  type PeerTransportOptions,
} from '@paxkv/kvserver/internal/transport/peer-transport';
import type { Envelope, Inbox, Message } from '@paxkv/paxos';
import { type Logger, pino } from 'pino';
import { WebSocket } from 'ws';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';

/** Short timeouts, so that tests of silence are fast. */
export const quick: Partial<PeerLimits> = {
  handshakeMsMax: 500,
  pingIntervalMs: 50,
  silenceMsMax: 300,
  retryDelayMsMin: 5,
  retryDelayMsMax: 20,
};

export const clusterId = 'cluster-of-the-test';

/** Records incoming messages, and lets a test wait for them. */
export class KeepingInbox implements Inbox<Uint8Array> {
  readonly received: Envelope<Uint8Array>[] = [];
  readonly undelivered: Envelope<Uint8Array>[] = [];
  /** Peers whose connection ended. */
  readonly ended: number[] = [];
  readonly #changes = new EventEmitter();

  receive(envelope: Envelope<Uint8Array>): void {
    this.received.push(envelope);
    this.#changes.emit('change');
  }

  undeliverable(envelope: Envelope<Uint8Array>): void {
    this.undelivered.push(envelope);
    this.#changes.emit('change');
  }

  disconnected(peer: number): void {
    this.ended.push(peer);
    this.#changes.emit('change');
  }

  async until(isEnough: (inbox: KeepingInbox) => boolean): Promise<void> {
    while (!isEnough(this)) await once(this.#changes, 'change');
  }
}

/** One report of `onPeerChange`. */
export interface PeerChange {
  readonly node: number;
  readonly connected: boolean;
  readonly reason?: string;
}

/** A server of the cluster: HTTP, transport, inbox, and its reported changes. */
export class Station {
  readonly transport: PeerTransport;
  readonly inbox = new KeepingInbox();
  readonly changes: PeerChange[] = [];
  readonly http: Server;
  readonly log: KeepingLog;
  readonly #changes = new EventEmitter();
  readonly #sockets = new Set<Socket>();

  constructor(http: Server, options: Partial<PeerTransportOptions> & Addressed) {
    this.http = http;
    this.log = keepingLog();
    this.transport = new PeerTransport({
      clusterId,
      bootCount: 1,
      logger: this.log.logger,
      ...options,
      limits: { ...quick, ...options.limits },
      onPeerChange: (node, connected, reason) => {
        this.changes.push({ node, connected, ...(reason === undefined ? {} : { reason }) });
        this.#changes.emit('change');
      },
    });
    http.on('upgrade', (request, socket, head) => {
      this.transport.handleUpgrade(request, socket, head);
    });
    http.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return portOf(this.http);
  }

  /** Sockets that others opened to this server and that still exist. */
  get sockets(): readonly Socket[] {
    return [...this.#sockets];
  }

  open(): Promise<void> {
    return this.transport.open(this.inbox);
  }

  /** Waits until the latest report on `node` is as wanted. */
  async until(node: number, isWanted: (change: PeerChange) => boolean): Promise<PeerChange> {
    for (;;) {
      const latest = this.changes.findLast((change) => change.node === node);
      if (latest !== undefined && isWanted(latest)) return latest;
      await once(this.#changes, 'change');
    }
  }

  connected(node: number): Promise<PeerChange> {
    return this.until(node, (change) => change.connected);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await closeHttp(this.http);
  }
}

export interface Addressed {
  readonly me: number;
  readonly addresses: readonly string[];
}

/** An HTTP server on loopback, at a port of the system's choice unless one is given. */
export async function listen(port = 0): Promise<Server> {
  const http = createServer();
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return http;
}

export function portOf(http: { address(): AddressInfo | string | null }): number {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

export async function closeHttp(http: Server): Promise<void> {
  if (!http.listening) return;
  http.closeAllConnections();
  http.close();
  await once(http, 'close');
}

/** A cluster in which every server is open and connected to every other. */
export async function cluster(count: number, limits: Partial<PeerLimits> = {}): Promise<Station[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen()));
  const addresses = servers.map((http) => `127.0.0.1:${portOf(http)}`);
  const stations = servers.map((http, me) => new Station(http, { me, addresses, limits }));
  for (const station of stations) await station.open();
  await everyoneConnected(stations);
  return stations;
}

export async function everyoneConnected(stations: readonly Station[]): Promise<void> {
  for (const [me, station] of stations.entries()) {
    for (const node of stations.keys()) if (node !== me) await station.connected(node);
  }
}

/** One of two servers; the test plays the other one. */
export async function lone(options: Partial<PeerTransportOptions> = {}): Promise<Station> {
  const http = await listen();
  const addresses = [`127.0.0.1:${portOf(http)}`, '127.0.0.1:9'];
  const station = new Station(http, { me: 0, addresses, ...options });
  await station.open();
  return station;
}

/** What a test may change in an envelope. */
interface EnvelopeFields extends Partial<Omit<Envelope<Uint8Array>, 'mark' | 'message'>> {
  readonly nodeCount?: number;
}

export function envelope(
  message: Message<Uint8Array>,
  { from = 1, to = 0, nodeCount = 2, ...progress }: EnvelopeFields = {},
): Envelope<Uint8Array> {
  return { from, to, ...nothingForgotten, ...progress, mark: plainMark(nodeCount), message };
}

/** A request that is identified by its `seq`. */
export function learn(seq: number, ends: { from?: number; to?: number; nodeCount?: number } = {}) {
  return envelope({ type: 'learn', seq, count: 1 }, ends);
}

export function hello(changes: Partial<Record<keyof Hello, unknown>> = {}): object {
  const base = {
    type: 'hello',
    formatVersion,
    clusterId,
    from: 1,
    to: 0,
    nodeCount: 2,
    bootCount: 1,
  };
  return { ...base, ...changes };
}

/** A WebSocket to `station` that sends only what the test sends. */
export async function call(station: Station): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${station.port}${peerPath}`);
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

export interface KeepingLog {
  readonly logger: Logger;
  readonly lines: { level: number; msg: string; [field: string]: unknown }[];
}

/** A log that a test can read. */
export function keepingLog(): KeepingLog {
  const lines: KeepingLog['lines'] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { logger: pino({ level: 'debug' }, stream), lines };
}
