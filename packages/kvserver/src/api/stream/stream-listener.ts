/**
 * The door for clients that ask much: a WebSocket that carries many requests at once, and tells where
 * writes are quickest. The wire format is in docs/stream.md.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError, type NewsRow, streamFormat } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { type ServerOptions, WebSocketServer } from 'ws';
import { type StreamLimits, streamLimitsDefault } from '../../config/stream-limits.ts';
import type { Submitter } from '../../replica/submitter.ts';
import { endWithError, toKvError } from '../http/error-reply.ts';
import { createSourceCheck } from '../security/guard.ts';
import { StreamConnection } from './stream-connection.ts';

export interface StreamListenerOptions {
  readonly submitter: Submitter;
  /** Hears of defects only: what clients do wrong is told to them. */
  readonly logger: Pick<Logger, 'error'>;
  /** The node id of this server. */
  readonly node: number;
  /** host:port of every server, by node id. */
  readonly addresses: readonly string[];
  /** Who leads, as far as is known; called for each new connection. */
  readonly leader: () => number | null;
  /** Names by which clients reach this server on loopback, beside `localhost` and addresses. */
  readonly hostNames: readonly string[];
  readonly limits?: Partial<StreamLimits>;
}

export class StreamListener {
  readonly #options: StreamListenerOptions;
  readonly #limits: StreamLimits;
  readonly #checkSource: (request: IncomingMessage) => void;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<StreamConnection>();
  #isOpen = true;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    this.#limits = { ...streamLimitsDefault, ...options.limits };
    this.#checkSource = createSourceCheck(options.hostNames);
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: this.#limits.frameBytesMax,
      closeTimeout: this.#limits.closeMsMax,
    };
    this.#sockets = new WebSocketServer(settings);
    this.#sockets.on('wsClientError', (error, socket) =>
      endWithError(socket, new KvError('KV_BAD_REQUEST', `No WebSocket: ${error.message}.`)),
    );
  }

  /** Takes over a connection that asked to be upgraded. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      this.#checkSource(request);
      this.#expectRoom();
    } catch (error) {
      endWithError(socket, toKvError(error));
      return;
    }
    const { submitter, logger, node, addresses, leader } = this.#options;
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new StreamConnection(webSocket, {
        ...{ submitter, logger, limits: this.#limits },
        onGone: (gone) => this.#connections.delete(gone),
      });
      connection.watch(socket);
      this.#connections.add(connection);
      const nodes = addresses.length;
      connection.tell([
        'hello',
        { format: streamFormat, node, nodes, leader: leader(), addresses },
      ]);
    });
  }

  /** Passes on that another node leads now, or none that is known of. */
  onLeader(leader: number | null): void {
    this.#tellAll(['leader', leader]);
  }

  /** Lets nobody in any more, and asks those inside to send nothing new. */
  sayGoodbye(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#tellAll(['goodbye']);
  }

  /** Ends every connection, after what is answered was sent; resolves when they are gone. */
  async close(): Promise<void> {
    this.#isOpen = false;
    const gone = new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    for (const connection of this.#connections) connection.close();
    await gone;
  }

  #tellAll(news: NewsRow): void {
    for (const connection of this.#connections) connection.tell(news);
  }

  /** @throws KvError `KV_UNAVAILABLE`, `KV_OVERLOADED` */
  #expectRoom(): void {
    if (!this.#isOpen) throw new KvError('KV_UNAVAILABLE', 'This server is stopping.');
    if (this.#connections.size < this.#limits.connectionCountMax) return;
    throw new KvError('KV_OVERLOADED', `${this.#connections.size} streams are open; retry later.`);
  }
}
