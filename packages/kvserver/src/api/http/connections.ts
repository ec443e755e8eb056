/**
 * Connections: the pending requests of each connection, and what they hold of the memory budget.
 * Rules: requests of a disconnected client are aborted, and an error about one request is never sent in the
 * place of the reply to another request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError, type Principal } from '@paxkv/protocol';
import type { Client } from '../../budget/client.ts';
import type { Account, FairBound } from '../../budget/fair-bound.ts';
import { Hold } from '../../budget/hold.ts';
import { clientOf } from '../security/client-of.ts';

/** What a pending request takes at least, with its objects. */
const requestBytes = 2048;
/** How long a request may take to arrive, and a reply to be received, while other clients wait for room. */
const shortMsMax = 2000;

interface Connection {
  /** For requests without a principal, and for what the connection holds. */
  readonly client: Client;
  /** For requests of users, by their names. */
  readonly users: Map<string, Client>;
  readonly account: Account;
  /** Responses that are not finished, oldest first, and what they hold. */
  readonly responses: Map<ServerResponse, Hold>;
  /** When its latest request began. */
  begunMs: number;
  /** Aborts all requests of the connection. Created when the first of them asks for its signal. */
  controller: AbortController | undefined;
}

export class Connections {
  readonly #memory: FairBound;
  readonly #connections = new Map<Duplex, Connection>();
  /** Since when the oldest response of a connection has been sent, as far as `cutStalled` has seen. */
  readonly #sentSinceMs = new WeakMap<ServerResponse, number>();
  readonly #waitedMs = new WeakMap<ServerResponse, number>();

  /** `memory`: the budget for everything that waits for clients. */
  constructor(memory: FairBound) {
    this.#memory = memory;
  }

  /**
   * Counts a request as pending until its response is finished or its client has disconnected. Returns the
   * number of pending requests on the connection, including this one.
   */
  begin(request: IncomingMessage, response: ServerResponse): number {
    const { socket } = request;
    const connection = this.#connections.get(socket) ?? this.#watch(socket, request);
    const hold = new Hold(connection.account);
    connection.responses.set(response, hold);
    connection.begunMs = performance.now();
    response.once('close', () => {
      connection.responses.delete(response);
      hold.release();
      if (!response.writableFinished) abort(connection);
    });
    return connection.responses.size;
  }

  /** Aborts when the client of a pending request disconnects. */
  signalOf({ req: { socket } }: ServerResponse): AbortSignal | undefined {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return undefined;
    connection.controller ??= new AbortController();
    return connection.controller.signal;
  }

  /** The client of a pending request, on behalf of `principal`; `undefined` if it has disconnected. */
  clientOf({ req }: ServerResponse, principal?: Principal): Client | undefined {
    const connection = this.#connections.get(req.socket);
    if (connection === undefined || principal === undefined) return connection?.client;
    const known = connection.users.get(principal.user);
    if (known !== undefined) return known;
    const client = clientOf(req, principal);
    connection.users.set(principal.user, client);
    return client;
  }

  /** What a pending request and its reply hold; `undefined` if the client has disconnected. */
  holdOf(response: ServerResponse): Hold | undefined {
    return this.#connections.get(response.req.socket)?.responses.get(response);
  }

  /** The request has waited for its turn for so long, in milliseconds. */
  noteWait(response: ServerResponse, waitedMs: number): void {
    if (waitedMs > 0) this.#waitedMs.set(response, waitedMs);
  }

  /** How long the request waited for its turn, in milliseconds. */
  waitOf(response: ServerResponse): number {
    return this.#waitedMs.get(response) ?? 0;
  }

  /** Takes room for the objects of a request. Returns false if that is over the share of its client. */
  takeRoom({ rawHeaders }: IncomingMessage, response: ServerResponse): boolean {
    return this.holdOf(response)?.take(requestBytes + lengthOf(rawHeaders)) ?? false;
  }

  /** The reply was handed over: from now on the request holds what its client has not received of it. */
  onAnswered(response: ServerResponse): void {
    this.holdOf(response)?.set(requestBytes + response.writableLength);
  }

  /**
   * Whether the client would read bytes written to `socket` now as the reply to the request that just
   * failed there: no other request is pending, and the reply to that one has not begun.
   */
  isFreeToAnswer(socket: Duplex): boolean {
    const responses = this.#connections.get(socket)?.responses;
    if (responses === undefined || responses.size === 0) return true;
    const [response] = responses.keys();
    return (
      responses.size === 1 &&
      response !== undefined &&
      !response.headersSent &&
      !response.req.complete
    );
  }

  /** Whether no request is pending on the connection. */
  isIdle(socket: Duplex): boolean {
    return (this.#connections.get(socket)?.responses.size ?? 0) === 0;
  }

  /** Whether the connection only waits for its client, which has taken two seconds or more to send a request. */
  isStalled(socket: Duplex, nowMs: number): boolean {
    const { responses, begunMs = nowMs } = this.#connections.get(socket) ?? {};
    const [response] = responses?.keys() ?? [];
    if (response === undefined || responses?.size !== 1 || response.req.complete) return false;
    return nowMs - begunMs >= shortMsMax;
  }

  /**
   * Cuts every connection whose client has not received one reply, or one part of it, for `replyMsMax` milliseconds, or
   * for two seconds while others wait for room. Called regularly; `nowMs` never goes back.
   */
  cutStalled(nowMs: number, replyMsMax: number): void {
    const msMax = this.#memory.isAwaited ? Math.min(shortMsMax, replyMsMax) : replyMsMax;
    for (const [socket, { responses }] of this.#connections) {
      const [oldest] = responses.keys();
      if (oldest === undefined || !oldest.headersSent) continue;
      const sinceMs = this.#sentSinceMs.get(oldest);
      if (sinceMs === undefined) this.#sentSinceMs.set(oldest, nowMs);
      else if (nowMs - sinceMs >= msMax) socket.destroy();
    }
  }

  /** The client has taken a part of a response that is sent in parts. */
  noteProgress(response: ServerResponse): void {
    this.#sentSinceMs.delete(response);
  }

  #watch(socket: Duplex, request: IncomingMessage): Connection {
    const client = clientOf(request);
    const account = this.#memory.open(client);
    const connection: Connection = {
      ...{ client, account, users: new Map(), responses: new Map() },
      ...{ begunMs: 0, controller: undefined },
    };
    this.#connections.set(socket, connection);
    // Responses queued behind another have no socket yet, so they emit no `close` when it closes.
    socket.once('close', () => {
      if (connection.responses.size > 0) abort(connection);
      connection.responses.clear();
      this.#connections.delete(socket);
      account.close();
    });
    return connection;
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function abort({ controller }: Connection): void {
  controller?.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
}
