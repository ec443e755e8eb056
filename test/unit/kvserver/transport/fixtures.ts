/** Servers with only a peer transport, callers that violate the protocol, and a log that tests can read. */
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { Secrets } from '@paxkv/kvserver/internal/config/cluster-secret';
import type { PeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { ProvenDialer } from '@paxkv/kvserver/internal/transport/exchange/proven-exchange';
import {
  formats,
  type Hello,
  type HelloAnswer,
} from '@paxkv/kvserver/internal/transport/handshake';
import {
  PeerTransport,
  type PeerTransportOptions,
} from '@paxkv/kvserver/internal/transport/peer-transport';
import { PeerSecurity } from '@paxkv/kvserver/internal/transport/security/peer-security';
import { SocketWire } from '@paxkv/kvserver/internal/transport/wire/socket-wire';
import type { Envelope, Inbox, Message } from '@paxkv/paxos';
import { type Logger, pino } from 'pino';
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
export const secrets: Secrets = [Buffer.from('the-secret-of-the-cluster-of-the-test')];

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

/** A server of the cluster: transport, inbox, and its reported changes. */
export class Station {
  readonly transport: PeerTransport;
  readonly inbox = new KeepingInbox();
  readonly changes: PeerChange[] = [];
  /** Levels of the cluster at which it cannot run. */
  readonly unsupported: number[] = [];
  readonly log: KeepingLog;
  readonly port: number;
  readonly #changes = new EventEmitter();

  constructor(port: number, options: Partial<PeerTransportOptions> & Addressed) {
    this.port = port;
    this.log = keepingLog();
    this.transport = new PeerTransport({
      clusterId,
      bootCount: 1,
      listen: { host: '127.0.0.1', port },
      security: new PeerSecurity({ secrets }),
      logger: this.log.logger,
      onUnsupportedLevel: (level) => this.unsupported.push(level),
      ...options,
      limits: { ...quick, ...options.limits },
      onPeerChange: (node, connected, reason) => {
        this.changes.push({ node, connected, ...(reason === undefined ? {} : { reason }) });
        this.#changes.emit('change');
      },
    });
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

  close(): Promise<void> {
    return this.transport.close();
  }
}

export interface Addressed {
  readonly me: number;
  readonly addresses: readonly string[];
}

/** Ports on loopback that were free a moment ago. */
export async function reserve(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

export function toAddresses(ports: readonly number[]): string[] {
  return ports.map((port) => `127.0.0.1:${port}`);
}

export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

/** A cluster in which every server is open and connected to every other. */
export async function cluster(count: number, limits: Partial<PeerLimits> = {}): Promise<Station[]> {
  const ports = await reserve(count);
  const addresses = toAddresses(ports);
  const stations = ports.map((port, me) => new Station(port, { me, addresses, limits }));
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
  const [port = 0] = await reserve(1);
  const addresses = [`127.0.0.1:${port}`, '127.0.0.1:9'];
  const station = new Station(port, { me: 0, addresses, ...options });
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

export function hello(changes: Partial<Record<keyof Hello, unknown>> = {}): Hello {
  const base = {
    type: 'hello',
    formatVersion: formats.max,
    formatVersionMin: formats.min,
    clusterId,
    from: 1,
    to: 0,
    nodeCount: 2,
    bootCount: 1,
    level: 1,
    levels: { lowest: 1, highest: 1, raiseMax: 1 },
  };
  return { ...base, ...changes } as Hello;
}

/** A connection to `station` that sends only what the test sends. */
export class Caller {
  readonly socket: Socket;
  readonly wire: SocketWire;
  /** Resolves with the reason when the connection is closed. */
  readonly closed: Promise<string>;
  isClosed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.wire = new SocketWire(this.socket);
    this.wire.on('violation', () => this.wire.terminate());
    this.closed = once(this.wire, 'close').then(([reason]) => {
      this.isClosed = true;
      return String(reason);
    });
  }

  /** Sends a hello and the proof that goes with it, and returns the answer. */
  async greet(greeting: Hello = hello(), known: Secrets = secrets): Promise<HelloAnswer> {
    const dialer = new ProvenDialer(greeting, known, new Uint8Array());
    this.wire.sendHandshake(dialer.begin());
    for (;;) {
      const [frame] = await once(this.wire, 'handshake');
      const step = dialer.onFrame(frame);
      if (step.type === 'send') this.wire.sendHandshake(step.frame);
      else if (step.type === 'failed') throw new Error(step.reason);
      else {
        if (step.answer.type === 'welcome') this.wire.open(1024);
        return step.answer;
      }
    }
  }

  send(frame: Uint8Array): void {
    this.wire.sendMessages([frame], frame.byteLength);
  }
}

/** A connection to `station`, once it is established. */
export async function call({ port }: Pick<Station, 'port'>): Promise<Caller> {
  const caller = new Caller(port);
  await once(caller.wire, 'ready');
  return caller;
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
