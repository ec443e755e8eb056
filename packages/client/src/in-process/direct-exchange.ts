/** Requests as calls of a server in the same process: no socket, no encoding. */
import type * as protocol from '@paxkv/protocol';
import { type Attempt, type Exchange, ExchangeError } from '../environment.ts';
import type { Reply, Request } from '../request.ts';

/** How errors and statuses name the server. */
export const inProcessEndpoint = 'http://in-process';

/** A server in this process, such as `KvServer` of `@paxkv/kvserver`. */
export interface InProcessServer {
  /** Resolves with the reply. @throws KvError, whose `outcome` says whether the request took effect. */
  submit(
    request: protocol.Request,
    options?: { readonly signal?: AbortSignal; readonly consistency?: protocol.Consistency },
  ): Promise<protocol.Reply>;
  /** How the server sees itself at this moment. */
  status(): protocol.StatusReply;
}

export class DirectExchange implements Exchange {
  readonly #server: InProcessServer;

  constructor(server: InProcessServer) {
    this.#server = server;
  }

  send(_endpoint: string, attempt: Attempt): void {
    this.#ask(attempt).then(
      (reply) => attempt.answer(reply),
      (error: unknown) => attempt.fail(toError(error)),
    );
  }

  /** The server belongs to whoever started it. */
  async close(): Promise<void> {}

  async #ask(attempt: Attempt): Promise<Reply> {
    const { request } = attempt;
    if (request.type === 'status') return { type: 'status', status: this.#server.status() };
    const controller = new AbortController();
    attempt.onCalledOff(() => controller.abort());
    const { signal } = controller;
    const options =
      request.type === 'get' ? { signal, consistency: request.consistency } : { signal };
    return toReply(await this.#server.submit(toSubmitted(request), options));
  }
}

/** The request as it stands at this moment, in the form that the log has. */
function toSubmitted(request: Exclude<Request, { type: 'status' }>): protocol.Request {
  if (request.type === 'openSession' || request.type === 'get') return { command: request };
  const { id, number, lowestAwaited } = request.stamp;
  return { command: request, stamp: { session: id, number, lowestAwaited } };
}

function toReply(reply: protocol.Reply): Reply {
  switch (reply.type) {
    case 'got':
      return { type: 'get', entry: reply.entry };
    case 'put':
      return reply;
    case 'appended':
      return { type: 'append', revision: reply.revision, length: reply.length };
    case 'deleted':
      return { type: 'delete', revision: reply.revision, deleted: reply.existed };
    case 'sessionOpened':
      return { type: 'openSession', session: reply.session };
    case 'refused':
      throw new ExchangeError('no', `the server refused the request: ${reply.reason}`);
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new ExchangeError('maybe', String(thrown));
}
