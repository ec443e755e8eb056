/**
 * Servers at the other end of streams, with no network and no waiting. They read and write frames by the
 * servers' own code, so neither end drifts from the contract.
 */
import { type Exchange, ExchangeError, KvClient, type Random } from '@paxkv/client';
import { StreamExchange } from '@paxkv/client/internal/stream/stream-exchange';
import type { Socket, SocketEvents } from '@paxkv/client/internal/system/network';
import { readRequests } from '@paxkv/kvserver/internal/api/stream/request-frame';
import {
  authTableToBytes,
  emptyAuthTable,
  type NoticeRow,
  packFrame,
  packNotice,
  type Request,
} from '@paxkv/protocol';
import { FakeClock } from '../fake-world.ts';

export type Row = readonly unknown[];

/** One request as a server got it. */
export interface Asked {
  readonly id: number;
  readonly request: Request;
  readonly isSerializable: boolean;
  readonly connection: Connection;
  readonly time: number;
}

/** One connection, seen from the server. */
export class Connection implements Socket {
  readonly #server: FakeServer;
  #events: SocketEvents | undefined;
  bufferedBytes = 0;
  isGone = false;
  isIdle = false;
  frameCount = 0;

  constructor(server: FakeServer) {
    this.#server = server;
  }

  listen(events: SocketEvents): void {
    this.#events = events;
  }

  /** Called by the client. */
  send(frame: Uint8Array): void {
    this.frameCount += 1;
    queueMicrotask(() => this.#server.take(this, frame));
  }

  setIdle(isIdle: boolean): void {
    this.isIdle = isIdle;
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    this.isGone = true;
  }

  announce(notice: NoticeRow): void {
    this.#later(() => this.#events?.onFrame(packNotice(notice)));
  }

  reply(id: number, row: Row): void {
    this.#later(() => this.#events?.onFrame(packFrame([id, row])));
  }

  sendRaw(frame: Uint8Array): void {
    this.#later(() => this.#events?.onFrame(frame));
  }

  break(why = 'it broke'): void {
    this.#later(() => {
      this.isGone = true;
      this.#events?.onEnd(why);
    });
  }

  refuse(): void {
    this.#later(() => {
      this.isGone = true;
      this.#events?.onRefused('takes no stream');
    });
  }

  #later(callback: () => void): void {
    queueMicrotask(() => {
      if (!this.isGone) callback();
    });
  }
}

type Script = (asked: Asked) => Row | undefined;

/** Replies by a script; a request for which the script returns no row gets no reply. */
export class FakeServer {
  readonly node: number;
  readonly asked: Asked[] = [];
  readonly connections: Connection[] = [];
  /** What happens to a client that dials. */
  onDial: 'accept' | 'refuse connection' | 'hang' | 'refuse stream' = 'accept';
  /** A frozen server takes requests and sends nothing. */
  isFrozen = false;
  script: Script;
  leader: number | null = null;
  /** The incarnation that it names. */
  incarnation: string | undefined;
  readonly #clock: FakeClock;

  constructor(node: number, clock: FakeClock, script: Script) {
    this.node = node;
    this.#clock = clock;
    this.script = script;
  }

  accept(): Connection {
    const connection = new Connection(this);
    this.connections.push(connection);
    if (this.onDial === 'accept') connection.announce(['hello', this.#hello()]);
    if (this.onDial === 'refuse connection') connection.break('connection refused');
    if (this.onDial === 'refuse stream') connection.refuse();
    return connection;
  }

  take(connection: Connection, frame: Uint8Array): void {
    const time = this.#clock.now();
    for (const { id, request, error } of readRequests(frame, 4096)) {
      if (error !== undefined) throw error;
      const isSerializable = request.consistency === 'serializable';
      const asked = { id, request, isSerializable, connection, time };
      this.asked.push(asked);
      const row = this.isFrozen ? undefined : this.script(asked);
      if (row !== undefined) connection.reply(id, row);
    }
  }

  /** The process ends. */
  die(): void {
    this.onDial = 'refuse connection';
    for (const connection of this.connections) connection.break();
  }

  announce(notice: NoticeRow): void {
    for (const connection of this.connections) connection.announce(notice);
  }

  #hello() {
    const addresses = ['a:1', 'b:2', 'c:3'];
    const hello = { format: 1, node: this.node, nodes: 3, leader: this.leader, addresses } as const;
    return this.incarnation === undefined ? hello : { ...hello, incarnation: this.incarnation };
  }
}

/** Opens session 7 and answers every other request as done at revision 1. */
export function obliging({ request }: Asked): Row {
  const rows = {
    get: [0],
    put: [1, 1],
    append: [2, 1, 1],
    delete: [3, 1, true],
    increment: [6, 1, '1'],
    getAuth: [10, 0, authTableToBytes(emptyAuthTable)],
    setAuth: [11, 1],
    transact: [12, true, 1, Uint8Array.of(0x90)],
    scan: [13, 1, Uint8Array.of(0x90), null],
    count: [14, 1, 0, null],
    deleteRange: [15, 1, 1, null],
    grantLease: [20, 'q1Yk0nC8Rk2oZ4y9bXv3Tw'],
    renewLease: [21, 1000],
    revokeLease: [22, 1, 1],
    putLeased: [23, 1],
    putTtl: [24, 1, 'q1Yk0nC8Rk2oZ4y9bXv3Tw'],
    changes: [16, 1, Uint8Array.of(0x90)],
  } as const;
  return request.command.type === 'openSession' ? [4, 7] : rows[request.command.type];
}

export interface StreamWorldOptions {
  readonly timeoutMs?: number;
  /** By default it always draws 0. */
  readonly random?: Random;
}

/** Three servers and a client that reaches them by streams. */
export class StreamWorld {
  readonly clock = new FakeClock();
  readonly servers: readonly [FakeServer, FakeServer, FakeServer];
  readonly endpoints = ['http://a:1', 'http://b:2', 'http://c:3'];
  readonly client: KvClient;
  /** Requests that were sent over HTTP. */
  readonly httpRequests: string[] = [];

  constructor(script: Script = obliging, options: StreamWorldOptions = {}) {
    const { random = { next: () => 0 }, ...limits } = options;
    const server = (node: number) => new FakeServer(node, this.clock, script);
    this.servers = [server(0), server(1), server(2)];
    const exchange = new StreamExchange({
      clock: this.clock,
      random,
      dial: (url) => this.#serverAt(url).accept(),
      defer: (callback) => process.nextTick(callback),
      http: this.#overHttp(),
    });
    this.client = new KvClient({
      endpoints: this.endpoints,
      environment: { exchange, clock: this.clock, random },
      ...limits,
    });
  }

  /** Makes the client know all servers, the leader too if there is one. */
  async warmUp(leader: number | null = null): Promise<void> {
    for (const server of this.servers) server.leader = leader;
    await this.clock.finish(this.client.put('warm', 'up'));
    await this.clock.finish(this.client.get('warm'));
    await this.clock.settle();
    for (const server of this.servers) server.asked.length = 0;
  }

  #serverAt(url: string): FakeServer {
    const index = this.endpoints.findIndex((endpoint) => url.includes(endpoint.slice(7)));
    const server = this.servers[index];
    if (server === undefined) throw new TypeError(`There is no server at ${url}.`);
    return server;
  }

  #overHttp(): Exchange {
    return {
      send: (endpoint, attempt) => {
        this.httpRequests.push(`${attempt.request.command.type} ${endpoint}`);
        if (attempt.request.command.type === 'get')
          attempt.resolve({ type: 'get', entry: undefined });
        else attempt.reject(new ExchangeError('no', 'not in this test'));
      },
      close: async () => {},
    };
  }
}
