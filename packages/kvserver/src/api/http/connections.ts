/**
 * Connections: the pending requests of each connection.
 * Rules: requests of a disconnected client are aborted, and an error about one request is never sent in the
 * place of the reply to another request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError } from '@paxkv/protocol';

interface Connection {
  /** Responses that are not finished, oldest first. */
  readonly responses: Set<ServerResponse>;
  /** Aborts all requests of the connection. Created when the first of them asks for its signal. */
  controller: AbortController | undefined;
}

export class Connections {
  readonly #connections = new Map<Duplex, Connection>();
  /** Responses that were being sent at the last call of `cutStalled`. */
  readonly #slow = new WeakSet<ServerResponse>();

  /**
   * Counts a request as pending until its response is finished or its client has disconnected. Returns the
   * number of pending requests on the connection, including this one.
   */
  begin({ socket }: IncomingMessage, response: ServerResponse): number {
    const connection = this.#connections.get(socket) ?? this.#watch(socket);
    connection.responses.add(response);
    response.once('close', () => {
      connection.responses.delete(response);
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

  /**
   * Whether the client would read bytes written to `socket` now as the reply to the request that just
   * failed there: no other request is pending, and the reply to that one has not begun.
   */
  isFreeToAnswer(socket: Duplex): boolean {
    const responses = this.#connections.get(socket)?.responses;
    if (responses === undefined || responses.size === 0) return true;
    const [response] = responses;
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

  /** Cuts every connection that was receiving the same response, or the same part of it, at the last call already. */
  cutStalled(): void {
    for (const [socket, { responses }] of this.#connections) {
      const [oldest] = responses;
      if (oldest === undefined || !oldest.headersSent) continue;
      if (this.#slow.has(oldest)) socket.destroy();
      else this.#slow.add(oldest);
    }
  }

  /** The client has taken a part of a response that is sent in parts. */
  noteProgress(response: ServerResponse): void {
    this.#slow.delete(response);
  }

  #watch(socket: Duplex): Connection {
    const connection: Connection = { responses: new Set(), controller: undefined };
    this.#connections.set(socket, connection);
    // Responses queued behind another have no socket yet, so they emit no `close` when it closes.
    socket.once('close', () => {
      if (connection.responses.size > 0) abort(connection);
      connection.responses.clear();
      this.#connections.delete(socket);
    });
    return connection;
  }
}

function abort({ controller }: Connection): void {
  controller?.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
}
