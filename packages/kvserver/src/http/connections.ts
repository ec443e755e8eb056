/**
 * Connections: what is under way on each. It guards two rules: a client that is gone is no longer
 * waited for, and an error about one request is never read as the answer to another.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError } from '@paxkv/client/errors';

/** Requests of one connection without a whole answer, oldest first. */
type Waiting = Map<ServerResponse, AbortController>;

export class Connections {
  readonly #waiting = new Map<Duplex, Waiting>();
  /** Answers that were on their way when `cutStalled` last looked. */
  readonly #slow = new WeakSet<ServerResponse>();

  /**
   * Notes a request, until it is answered or its client is gone. Gives back how many the connection
   * has under way, this one included.
   */
  begin(request: IncomingMessage, response: ServerResponse): number {
    const waiting = this.#waiting.get(request.socket) ?? this.#watch(request.socket);
    const controller = new AbortController();
    waiting.set(response, controller);
    response.once('close', () => {
      waiting.delete(response);
      if (!response.writableFinished) abort(controller);
    });
    return waiting.size;
  }

  /** Fires when the client of a request that has begun is gone before its answer. */
  signalOf(response: ServerResponse): AbortSignal | undefined {
    return this.#waiting.get(response.req.socket)?.get(response)?.signal;
  }

  /**
   * Whether bytes written to `socket` now would be read as the answer to what just went wrong
   * there: nothing else waits for an answer, and the request that went wrong has none yet.
   */
  isFreeToAnswer(socket: Duplex): boolean {
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined || waiting.size === 0) return true;
    const [response] = waiting.keys();
    return (
      waiting.size === 1 &&
      response !== undefined &&
      !response.headersSent &&
      !response.req.complete
    );
  }

  /** Cuts every connection that was taking one and the same answer at the last call already. */
  cutStalled(): void {
    for (const [socket, waiting] of this.#waiting) {
      const [oldest] = waiting.keys();
      if (oldest === undefined || !oldest.headersSent) continue;
      if (this.#slow.has(oldest)) socket.destroy();
      else this.#slow.add(oldest);
    }
  }

  #watch(socket: Duplex): Waiting {
    const waiting: Waiting = new Map();
    this.#waiting.set(socket, waiting);
    // Answers still queued behind another have no socket yet, so they do not hear that it closed.
    socket.once('close', () => {
      for (const controller of waiting.values()) abort(controller);
      waiting.clear();
      this.#waiting.delete(socket);
    });
    return waiting;
  }
}

function abort(controller: AbortController): void {
  controller.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
}
