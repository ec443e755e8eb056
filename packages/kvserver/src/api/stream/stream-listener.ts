/**
 * Accepts streams: WebSockets that carry many requests at once. Each tells its client which server leads,
 * since writes are fastest there. The wire format is in docs/stream.md.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError, type NoticeRow, type Principal, streamFormat } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { FairBound } from '../../budget/fair-bound.ts';
import { overloaded } from '../../budget/overloaded.ts';
import { ReadTurns } from '../../budget/read-turns.ts';
import { RequestTurns } from '../../budget/request-turns.ts';
import { loopTurns } from '../../budget/turn-clock.ts';
import { limitsDefault } from '../../config/limits.ts';
import { type StreamLimits, streamLimitsDefault } from '../../config/stream-limits.ts';
import type { KvService } from '../../service/kv-service.ts';
import { noObserver, type RequestObserver } from '../../service/request-observer.ts';
import { endWithError, toKvError } from '../http/error-reply.ts';
import { RequestIds } from '../request-ids.ts';
import type { Authenticator } from '../security/authenticator.ts';
import { clientOf } from '../security/client-of.ts';
import { createAuthenticator } from '../security/create-authenticator.ts';
import { createSourceCheck } from '../security/guard.ts';
import { StreamConnection } from './stream-connection.ts';

/** How often slow streams are looked for, in milliseconds. */
const slowCheckMs = 500;

export interface StreamListenerOptions {
  readonly service: KvService;
  /** Logs defects of the server only. Mistakes of clients are reported to those clients. */
  readonly logger: Pick<Logger, 'error'>;
  /** The node id of this server. */
  readonly node: number;
  /** host:port of every server, by node id. */
  readonly addresses: readonly string[];
  /** The known leader; called for each new connection. */
  readonly leader: () => number | null;
  /** Finds principals. Default: it admits no credentials, and requires none unless the service does. */
  readonly authenticator?: Authenticator;
  /** Names by which clients reach this server on loopback, besides `localhost` and IP addresses. */
  readonly hostNames: readonly string[];
  readonly limits?: Partial<StreamLimits>;
  /** Learns of slow replies and of errors that clients get. Default: nothing does. */
  readonly observer?: Pick<RequestObserver, 'isSlow' | 'onSent' | 'onError'>;
  /** Names streams. Default: new ones. */
  readonly requestIds?: RequestIds;
  /** The memory budget for everything that waits for clients. Default: one of its own, of the default size. */
  readonly budget?: FairBound;
  /** When each socket is read. Default: one of its own. */
  readonly readTurns?: ReadTurns;
}

export class StreamListener {
  readonly #options: StreamListenerOptions;
  readonly #limits: StreamLimits;
  readonly #checkSource: (request: IncomingMessage) => void;
  readonly #authenticator: Authenticator;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<StreamConnection>();
  readonly #budget: FairBound;
  readonly #timer: NodeJS.Timeout;
  readonly #ids: RequestIds;
  readonly #turns = new RequestTurns(loopTurns);
  readonly #readTurns: ReadTurns;
  #isOpen = true;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    this.#limits = { ...streamLimitsDefault, ...options.limits };
    this.#budget = options.budget ?? new FairBound(limitsDefault.memoryBudgetBytes);
    this.#timer = setInterval(() => this.#cutSlow(), slowCheckMs).unref();
    this.#ids = options.requestIds ?? new RequestIds();
    this.#readTurns = options.readTurns ?? new ReadTurns(loopTurns);
    this.#checkSource = createSourceCheck(options.hostNames);
    const { auth } = options.service;
    this.#authenticator = options.authenticator ?? createAuthenticator({ auth });
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: this.#limits.frameBytesMax,
      closeTimeout: this.#limits.closeMsMax,
    };
    this.#sockets = new WebSocketServer(settings);
    options.service.cluster.onNamed((name) => this.#notifyAll(['incarnation', name]));
    this.#sockets.on('wsClientError', (error, socket) =>
      endWithError(
        socket,
        new KvError('KV_BAD_REQUEST', `The WebSocket handshake failed: ${error.message}.`),
      ),
    );
  }

  /** Open streams. */
  get count(): number {
    return this.#connections.size;
  }

  /** Takes over a connection on which a client requested an upgrade. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      this.#checkSource(request);
      this.#expectRoom();
    } catch (error) {
      endWithError(socket, toKvError(error));
      return;
    }
    // Node no longer handles errors of a socket that asked for an upgrade.
    const onError = () => socket.destroy();
    socket.on('error', onError);
    this.#authenticator.admit(request).then(
      (principal) => {
        socket.off('error', onError);
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
          this.#open(webSocket, request, principal);
        });
      },
      (error: unknown) => endWithError(socket, toKvError(error)),
    );
  }

  /** Tells every client that the known leader has changed; `null` if none is known. */
  onLeader(leader: number | null): void {
    this.#notifyAll(['leader', leader]);
  }

  /** Accepts no more streams, and tells the clients of open ones to send no new requests. */
  sayGoodbye(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#notifyAll(['goodbye']);
  }

  /** Sends all finished replies, then closes every stream. Resolves when they are closed. */
  async close(): Promise<void> {
    this.#isOpen = false;
    clearInterval(this.#timer);
    const closed = new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    for (const connection of this.#connections) connection.close();
    await closed;
  }

  #open(webSocket: WebSocket, request: IncomingMessage, principal: Principal | undefined): void {
    const { service, logger, node, addresses, leader, observer = noObserver } = this.#options;
    const id = this.#ids.next();
    const client = clientOf(request, principal);
    const connection = new StreamConnection(webSocket, {
      ...{ id, service, principal, logger, observer },
      limits: this.#limits,
      client,
      account: this.#budget.open(client),
      turns: this.#turns,
      readTurns: this.#readTurns,
      onClosed: (closed) => this.#connections.delete(closed),
    });
    connection.watch(request.socket);
    this.#connections.add(connection);
    const { name: incarnation } = service.cluster;
    connection.notify([
      'hello',
      {
        ...{ format: streamFormat, node, nodes: addresses.length, leader: leader() },
        ...{ addresses, connection: id },
        ...(incarnation !== undefined && { incarnation }),
      },
    ]);
  }

  /** Closes the streams of clients that do not read; sooner while others wait for room. */
  #cutSlow(): void {
    const { slowMsMax, shortSlowMsMax } = this.#limits;
    const msMax = this.#budget.isAwaited ? Math.min(shortSlowMsMax, slowMsMax) : slowMsMax;
    for (const connection of this.#connections) connection.endIfSlow(performance.now(), msMax);
  }

  #notifyAll(notice: NoticeRow): void {
    for (const connection of this.#connections) connection.notify(notice);
  }

  /** @throws KvError `KV_UNAVAILABLE`, `KV_OVERLOADED` */
  #expectRoom(): void {
    if (!this.#isOpen) throw new KvError('KV_UNAVAILABLE', 'This server is stopping.');
    if (this.#connections.size < this.#limits.connectionCountMax) return;
    throw overloaded(`${this.#connections.size} streams are open, which is the limit`);
  }
}
