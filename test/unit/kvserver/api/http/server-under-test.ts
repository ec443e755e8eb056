/** A real HTTP server with a scripted replica, and a client that sends any bytes. */

import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { AppParts } from '@paxkv/kvserver/internal/api/http/context';
import {
  createApp,
  type HttpLimits,
  httpLimitsDefault,
} from '@paxkv/kvserver/internal/api/http/index';
import type { Authenticator } from '@paxkv/kvserver/internal/api/security/authenticator';
import type { SubmitOptions, Submitter } from '@paxkv/kvserver/internal/replica/submitter';
import { KvService } from '@paxkv/kvserver/internal/service/kv-service';
import {
  type AuthTable,
  type ChangeEvent,
  type CommandOf,
  type CurrentStatus,
  type ErrorReply,
  emptyAuthTable,
  KvError,
  type KvErrorCode,
  type Reply,
  type Request,
  type ScannedEntry,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { Model } from '../../state-machine/model.ts';
import { expectDocumented } from '../openapi/conformance.ts';

/** Answers requests from a map in memory, or as `script` says. */
export class ScriptedReplica implements Submitter {
  authTable: AuthTable = emptyAuthTable;
  readonly model = new Model();
  readonly requests: Request[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly consistencies: (string | undefined)[] = [];
  script: ((request: Request, signal?: AbortSignal) => Promise<Reply>) | undefined;
  /** The keys of the only lease. */
  readonly #leased: Uint8Array[] = [];
  readonly #arrivals = new EventEmitter();

  async submit(request: Request, { signal }: SubmitOptions = {}): Promise<Reply> {
    this.requests.push(request);
    this.signals.push(signal);
    this.consistencies.push(request.consistency);
    this.#arrivals.emit('request');
    return this.script?.(request, signal) ?? this.#apply(request);
  }

  /** Resolves when `count` requests have arrived in total. */
  async arrived(count: number): Promise<void> {
    while (this.requests.length < count) await once(this.#arrivals, 'request');
  }

  #apply({ command }: Request): Reply {
    const { model } = this;
    switch (command.type) {
      case 'openSession':
        return { type: 'openSession', session: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' };
      case 'getAuth':
        return { type: 'getAuth', revision: 0, table: this.authTable };
      case 'setAuth':
        return { type: 'setAuth', revision: model.revision };
      case 'scan':
        return {
          type: 'scan',
          revision: model.revision,
          entries: this.#scan(command),
          next: undefined,
        };
      case 'count': {
        const { length } = model.namesIn(command);
        return { type: 'count', revision: model.revision, count: length, next: undefined };
      }
      case 'grantLease':
        return { type: 'grantLease', lease: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' };
      case 'putLeased': {
        this.#leased.push(command.key);
        model.apply({ command: { ...command, type: 'put' } });
        return { type: 'putLeased', revision: model.revision };
      }
      case 'revokeLease': {
        const keys = this.#leased.splice(0);
        for (const key of keys) model.apply({ command: { type: 'delete', key } });
        return { type: 'revokeLease', revision: model.revision, deleted: keys.length };
      }
      case 'changes':
        return { type: 'changes', revision: model.revision, events: this.#changes(command) };
      default:
        return model.apply({ command });
    }
  }

  /** The writes of the present entries of a range. */
  #changes({ after, ...range }: CommandOf<'changes'>): ChangeEvent[] {
    if (after === 'now') return [];
    const entries = this.#scan({
      ...range,
      type: 'scan',
      limit: 1000,
      reverse: false,
      keysOnly: false,
      asOf: 'now',
    });
    return entries
      .filter(({ modRevision }) => modRevision > after)
      .sort((one, other) => one.modRevision - other.modRevision)
      .map(({ key, value = new Uint8Array(), ...versions }) => {
        return { type: 'put', key, value, ...versions };
      });
  }

  /** The first entries of a range, which have room in one page. */
  #scan({ limit, keysOnly, ...range }: CommandOf<'scan'>): ScannedEntry[] {
    return this.model
      .namesIn(range)
      .slice(0, limit)
      .flatMap((name) => {
        const key = Buffer.from(name, 'hex');
        const entry = this.model.entryAt(key);
        return entry === undefined
          ? []
          : [{ key, ...entry, ...(keysOnly && { value: undefined }) }];
      });
  }
}

/** One reply as it was received. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawExchange {
  readonly bytes: string;
  readonly answer: Answer;
  /** From the last byte sent to the close of the connection. */
  readonly closedAfterMs: number;
}

type GivenPart =
  | 'budget'
  | 'consoleFiles'
  | 'backup'
  | 'metrics'
  | 'observer'
  | 'readTurns'
  | 'trace';

interface GivenParts extends Partial<Pick<AppParts, GivenPart>> {
  readonly authenticatorOf?: (auth: KvService['auth']) => Authenticator;
}

export class ServerUnderTest {
  readonly replica = new ScriptedReplica();
  readonly logLines: unknown[][] = [];
  status: CurrentStatus = runningStatus;
  readonly routes: readonly string[];
  readonly #server: Server;

  private constructor(limits: Partial<HttpLimits>, given: GivenParts) {
    const service = new KvService(() => new KvError('KV_UNAVAILABLE', 'No replica is attached.'));
    service.attach(this.replica);
    const parts = {
      service,
      status: () => this.status,
      logger: { error: (...line: unknown[]) => void this.logLines.push(line) },
      limits: { ...httpLimitsDefault, ...limits },
      hostNames: ['node-a.example'],
      metrics: { contentType: 'text/plain', text: async () => 'up 1\n' },
      ...given,
      ...(given.authenticatorOf && { authenticator: given.authenticatorOf(service.auth) }),
    };
    const app = createApp(parts);
    this.#server = app.server;
    this.routes = app.routes;
  }

  static async open(
    limits: Partial<HttpLimits> = {},
    given: GivenParts = {},
  ): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(limits, given);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Fetches a reply, and holds it to the OpenAPI document. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, init);
    const { status, headers } = response;
    const contentType = headers.get('content-type');
    const body = contentType?.includes('json') ? await response.clone().text() : '';
    expectDocumented(init.method ?? 'GET', path, { status, contentType, body });
    return response;
  }

  postJson(path: string, body: unknown): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** The socket of the next connection at the server. */
  async nextConnection(): Promise<Socket> {
    const [socket] = await once(this.#server, 'connection');
    return socket;
  }

  connect(): Socket {
    return connect({ port: this.port, host: '127.0.0.1' }).on('error', () => undefined);
  }

  /** Sends bytes as they are, and waits until the server closes the connection. */
  async sendRaw(...parts: (string | Buffer)[]): Promise<RawExchange> {
    const socket = this.connect();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'connect');
    for (const part of parts) socket.write(part);
    const sentAt = performance.now();
    await once(socket, 'close');
    const bytes = Buffer.concat(chunks).toString();
    const closedAfterMs = performance.now() - sentAt;
    return { bytes, answer: parseAnswer(bytes), closedAfterMs };
  }

  /** Sends malformed bytes, and checks the reply, the connection, and that other clients are served. */
  async refusesRaw(
    bytes: (string | Buffer)[],
    expected: { code: KvErrorCode; status: number; closesWithinMs?: number },
  ): Promise<void> {
    const asked = this.replica.requests.length;
    const { answer, closedAfterMs } = await this.sendRaw(...bytes);
    expect(answer.status, answer.body).to.equal(expected.status);
    expect(answer.headers.get('content-type')).to.equal('application/problem+json');
    expect(JSON.parse(answer.body).error.code).to.equal(expected.code);
    expectProblem(JSON.parse(answer.body), expected.status);
    expect(closedAfterMs).to.be.below(expected.closesWithinMs ?? 1000);
    expect(this.replica.requests.length).to.equal(asked);
    await this.servesOthers();
  }

  /** Expects a well-formed error reply, and that other clients are served. */
  async refuses(answer: Response | Promise<Response>, code: KvErrorCode): Promise<ErrorReply> {
    const response = await answer;
    const reply = (await response.json()) as ErrorReply;
    expect(reply.error?.code, JSON.stringify(reply)).to.equal(code);
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expectProblem(reply, response.status);
    expect(reply.error.message).to.be.a('string').that.is.not.empty;
    expect(reply.error.message).not.to.match(/\n|\.[jt]s|\/tmp|node_modules/);
    await this.servesOthers();
    return reply;
  }

  /** A good request on another connection succeeds. */
  async servesOthers(): Promise<void> {
    const response = await this.fetch('/livez', { headers: { connection: 'close' } });
    expect(response.status).to.equal(200);
    await response.arrayBuffer();
  }
}

/** The members of RFC 9457, beside our own. */
function expectProblem(reply: ErrorReply, status: number): void {
  const { code, message } = reply.error;
  expect(reply).to.include({ status, detail: message, type: `/docs#${code}` });
  expect(reply)
    .to.have.property('title')
    .that.matches(/^[A-Z][a-z ]+$/);
}

/** The bytes of a request, on a connection that stays open after it. */
export function openRequest(line: string, headers: string[] = [], body = ''): string {
  return [`${line} HTTP/1.1`, 'host: localhost', ...headers, '', body].join('\r\n');
}

/** A request that asks the server to close the connection after it. */
export function lastRequest(line: string, headers: string[] = [], body = ''): string {
  return openRequest(line, ['connection: close', ...headers], body);
}

export function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64');
}

function parseAnswer(bytes: string): Answer {
  const [head = '', ...rest] = bytes.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Map(headers),
    body: rest.join('\r\n\r\n'),
  };
}

export const runningStatus: CurrentStatus = {
  node: 0,
  cluster: 'test',
  state: 'running',
  applied: 3,
  min: 1,
  max: 4,
  revision: 2,
  sessions: 1,
  pending: 0,
  peers: [
    { node: 1, connected: true },
    { node: 2, connected: false, reason: 'connection refused' },
  ],
  leader: null,
  checks: [
    { name: 'state', passed: true, required: true, detail: 'running' },
    {
      name: 'quorum',
      passed: true,
      required: true,
      detail: 'a quorum answers',
      value: 9,
      limit: 10,
    },
    { name: 'peer 2', passed: false, required: false, detail: 'connection refused' },
  ],
  majority: { reached: true, forMs: 5 },
  lag: { instances: 0, waitingBytes: 0, ageMs: 9 },
  residentBytes: 1,
  uptimeMs: 1,
  version: '0.1.0',
};
