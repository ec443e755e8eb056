/** A real server with only the stream interface and a scripted replica, and clients that send anything. */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  StreamListener,
  type StreamListenerOptions,
} from '@paxkv/kvserver/internal/api/stream/stream-listener';
import { FairBound } from '@paxkv/kvserver/internal/budget/fair-bound';
import type { ReadTurns } from '@paxkv/kvserver/internal/budget/read-turns';
import type { SubmitOptions, Submitter } from '@paxkv/kvserver/internal/replica/submitter';
import { KvService } from '@paxkv/kvserver/internal/service/kv-service';
import { type AuthTable, emptyAuthTable, KvError, type Reply, type Request } from '@paxkv/protocol';
import { expect } from 'chai';
import { Packr } from 'msgpackr';
import { WebSocket } from 'ws';

const packr = new Packr({ useRecords: false, moreTypes: false });

const lease = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';

/** Answers requests as `script` says. By default each takes effect, a write at the next revision. */
export class ScriptedReplica implements Submitter {
  authTable: AuthTable = emptyAuthTable;
  readonly requests: Request[] = [];
  readonly options: (SubmitOptions | undefined)[] = [];
  script: ((request: Request, options?: SubmitOptions) => Promise<Reply>) | undefined;
  readonly #arrivals = new EventEmitter();

  async submit(request: Request, options?: SubmitOptions): Promise<Reply> {
    this.requests.push(request);
    this.options.push(options);
    this.#arrivals.emit('request');
    return this.script?.(request, options) ?? this.#done(request);
  }

  #done({ command: { type } }: Request): Reply {
    const revision = this.requests.length;
    switch (type) {
      case 'get':
        return { type, entry: undefined };
      case 'put':
        return { type, revision };
      case 'append':
        return { type, revision, length: 1 };
      case 'delete':
        return { type, revision, deleted: true };
      case 'increment':
        return { type, revision, value: 1n };
      case 'openSession':
        return { type, session: 7 };
      case 'getAuth':
        return { type, revision, table: this.authTable };
      case 'setAuth':
        return { type, revision };
      case 'transact':
        return { type, revision, passed: true, results: [] };
      case 'scan':
        return { type, revision, entries: [], next: undefined };
      case 'count':
        return { type, revision, count: 0, next: undefined };
      case 'deleteRange':
        return { type, revision, deleted: 1, next: undefined };
      case 'grantLease':
        return { type, lease };
      case 'renewLease':
        return { type, ttlMs: 1000 };
      case 'revokeLease':
        return { type, revision, deleted: 1 };
      case 'putLeased':
        return { type, revision };
      case 'putTtl':
        return { type, revision, lease };
      case 'changes':
        return { type, revision, events: [] };
    }
  }

  /** Resolves when `count` requests have arrived in total. */
  async arrived(count: number): Promise<void> {
    while (this.requests.length < count) await once(this.#arrivals, 'request');
  }
}

/** Answers gets with this reply, one in a turn of the event loop, once there is room for it. */
export function inRoom(reply: Reply) {
  const bytes = reply.type === 'get' ? (reply.entry?.value.length ?? 0) : 0;
  let turn = Promise.resolve();
  return async (_request: Request, options?: SubmitOptions): Promise<Reply> => {
    turn = turn.then(() => new Promise((resolve) => setImmediate(resolve)));
    await turn;
    while (options?.room?.reserve(bytes) === false && options.signal?.aborted === false) {
      await new Promise<void>((resolve) => options.room?.onRoom(() => setImmediate(resolve)));
    }
    return reply;
  };
}

export class StreamUnderTest {
  readonly replica = new ScriptedReplica();
  readonly logLines: unknown[][] = [];
  readonly listener: StreamListener;
  leader: number | null = null;
  readonly #http: Server;

  private constructor(
    limits: StreamListenerOptions['limits'],
    budget: FairBound,
    observer: StreamListenerOptions['observer'],
    readTurns: ReadTurns | undefined,
  ) {
    const service = new KvService(() => new KvError('KV_UNAVAILABLE', 'No replica is attached.'));
    service.attach(this.replica);
    this.listener = new StreamListener({
      service,
      logger: { error: (...line: unknown[]) => void this.logLines.push(line) },
      node: 1,
      addresses: ['a:1', 'b:2', 'c:3'],
      leader: () => this.leader,
      hostNames: ['node-a.example'],
      budget,
      ...(observer === undefined ? {} : { observer }),
      ...(readTurns === undefined ? {} : { readTurns }),
      ...(limits === undefined ? {} : { limits }),
    });
    this.#http = createServer();
    this.#http.on('upgrade', (request, socket, head) =>
      this.listener.handleUpgrade(request, socket, head),
    );
  }

  static async open(
    limits?: StreamListenerOptions['limits'],
    budget = new FairBound(512 * 2 ** 20),
    observer?: StreamListenerOptions['observer'],
    readTurns?: ReadTurns,
  ): Promise<StreamUnderTest> {
    const stream = new StreamUnderTest(limits, budget, observer, readTurns);
    await once(stream.#http.listen(0, '127.0.0.1'), 'listening');
    return stream;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** The socket of the next connection at the server. */
  async nextConnection(): Promise<Socket> {
    const [socket] = await once(this.#http, 'connection');
    return socket;
  }

  async close(): Promise<void> {
    await this.listener.close();
    this.#http.closeAllConnections();
    await once(this.#http.close(), 'close');
  }

  /** A client that has received the hello. */
  async connect(headers: Record<string, string> = {}): Promise<StreamClient> {
    const client = new StreamClient(this.port, headers);
    await client.hello();
    return client;
  }

  /** A good request on another connection is answered. */
  async servesOthers(): Promise<void> {
    const client = await this.connect();
    this.replica.script = undefined;
    client.ask([7, [[1, Buffer.from('k'), Buffer.from('v')]]]);
    expect(await client.reply(7)).to.have.length(2);
    await client.close();
  }
}

/** Records the notices and replies of the server, and lets a test wait for them. */
export class StreamClient {
  readonly socket: WebSocket;
  readonly notices: unknown[][] = [];
  readonly replies = new Map<number, unknown[]>();
  frameCount = 0;
  readonly #happened = new EventEmitter();
  #closed: { code: number; reason: string } | undefined;

  constructor(port: number, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, { headers });
    this.socket.on('message', (data: Buffer) => this.#take(data));
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
      this.#happened.emit('change');
    });
  }

  /** Sends pairs of an id and a row as one frame. */
  ask(...pairs: [id: number, row: unknown][]): void {
    this.socket.send(encodePairs(pairs));
  }

  async hello(): Promise<unknown[]> {
    return this.#until(() => this.notices[0]);
  }

  async reply(id: number): Promise<unknown[]> {
    return this.#until(() => this.replies.get(id));
  }

  async until(isEnough: () => boolean): Promise<void> {
    await this.#until(() => (isEnough() ? true : undefined));
  }

  async closed(): Promise<{ code: number; reason: string }> {
    while (this.#closed === undefined) await once(this.#happened, 'change');
    return this.#closed;
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed();
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#closed !== undefined) throw new Error(`closed: ${JSON.stringify(this.#closed)}`);
      await once(this.#happened, 'change');
    }
  }

  #take(frame: Buffer): void {
    const values = packr.unpackMultiple(frame) as unknown[];
    if (typeof values[0] !== 'number') this.notices.push(...(values as unknown[][]));
    else this.#takeReplies(values);
    this.#happened.emit('change');
  }

  #takeReplies(values: unknown[]): void {
    this.frameCount += 1;
    for (let index = 0; index < values.length; index += 2) {
      const id = values[index] as number;
      if (this.replies.has(id)) throw new Error(`a second reply to ${id}`);
      this.replies.set(id, values[index + 1] as unknown[]);
    }
  }
}

export function encodePairs(pairs: readonly [id: number, row: unknown][]): Buffer {
  return Buffer.concat(pairs.flat().map((part) => Buffer.from(packr.pack(part))));
}
