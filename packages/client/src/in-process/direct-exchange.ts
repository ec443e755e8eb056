/** Passes requests to a server in the same process by function calls, without socket or encoding. */
import type { Request as CommandRequest, DoneReply, StatusReply } from '@paxkv/protocol';
import { type Attempt, type Exchange, ExchangeError } from '../environment.ts';
import { isStatusRequest, type Reply } from '../request.ts';

/** The address of the server in errors and statuses. */
export const inProcessEndpoint = 'http://in-process';

/** A server in this process, such as `KvServer` of `@paxkv/kvserver`. */
export interface InProcessServer {
  /**
   * Resolves with the reply to the request.
   *
   * @throws KvError, whose `outcome` says whether the request took effect.
   */
  submit(
    request: CommandRequest,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<DoneReply>;
  /** The status of the server at this moment. */
  status(): StatusReply;
}

export class DirectExchange implements Exchange {
  readonly #server: InProcessServer;

  constructor(server: InProcessServer) {
    this.#server = server;
  }

  send(_endpoint: string, attempt: Attempt): void {
    this.#ask(attempt).then(
      (reply) => attempt.resolve(reply),
      (error: unknown) => attempt.reject(toError(error)),
    );
  }

  /** The server keeps running: the program that started it stops it. */
  async close(): Promise<void> {}

  async #ask(attempt: Attempt): Promise<Reply> {
    const { request } = attempt;
    if (isStatusRequest(request)) return { type: 'status', status: this.#server.status() };
    const controller = new AbortController();
    attempt.onCancel(() => controller.abort());
    return this.#server.submit(request, { signal: controller.signal });
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new ExchangeError('maybe', String(thrown));
}
