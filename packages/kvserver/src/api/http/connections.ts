/**
 * Connections: what is under way on each. It guards two rules: a client that is gone is no longer
 * waited for, and an error about one request is never read as the answer to another.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError } from '@paxkv/protocol';

/** What one connection has under way. */
interface UnderWay {
  /** Without a whole answer, oldest first. */
  readonly responses: Set<ServerResponse>;
  /** Of all of them: they end together. Made when somebody asks for it. */
  controller: AbortController | undefined;
}

export class Connections {
  readonly #underWay = new Map<Duplex, UnderWay>();
  /** Answers that were on their way when `cutStalled` last looked. */
  readonly #slow = new WeakSet<ServerResponse>();

  /**
   * Notes a request, until it is answered or its client is gone. Gives back how many the connection
   * has under way, this one included.
   */
  begin({ socket }: IncomingMessage, response: ServerResponse): number {
    const underWay = this.#underWay.get(socket) ?? this.#watch(socket);
    underWay.responses.add(response);
    response.once('close', () => {
      underWay.responses.delete(response);
      if (!response.writableFinished) abort(underWay);
    });
    return underWay.responses.size;
  }

  /** Fires when the client of a request that has begun is gone before its answer. */
  signalOf({ req: { socket } }: ServerResponse): AbortSignal | undefined {
    const underWay = this.#underWay.get(socket);
    if (underWay === undefined) return undefined;
    underWay.controller ??= new AbortController();
    return underWay.controller.signal;
  }

  /**
   * Whether bytes written to `socket` now would be read as the answer to what just went wrong
   * there: nothing else waits for an answer, and the request that went wrong has none yet.
   */
  isFreeToAnswer(socket: Duplex): boolean {
    const responses = this.#underWay.get(socket)?.responses;
    if (responses === undefined || responses.size === 0) return true;
    const [response] = responses;
    return (
      responses.size === 1 &&
      response !== undefined &&
      !response.headersSent &&
      !response.req.complete
    );
  }

  /** Cuts every connection that was taking one and the same answer at the last call already. */
  cutStalled(): void {
    for (const [socket, { responses }] of this.#underWay) {
      const [oldest] = responses;
      if (oldest === undefined || !oldest.headersSent) continue;
      if (this.#slow.has(oldest)) socket.destroy();
      else this.#slow.add(oldest);
    }
  }

  #watch(socket: Duplex): UnderWay {
    const underWay: UnderWay = { responses: new Set(), controller: undefined };
    this.#underWay.set(socket, underWay);
    // Answers still queued behind another have no socket yet, so they do not hear that it closed.
    socket.once('close', () => {
      if (underWay.responses.size > 0) abort(underWay);
      underWay.responses.clear();
      this.#underWay.delete(socket);
    });
    return underWay;
  }
}

function abort({ controller }: UnderWay): void {
  controller?.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
}
