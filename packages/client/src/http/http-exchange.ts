/** Sends each request as one HTTP request with a JSON body, and interprets the responses. */
import { errorReplySchema, KvError, newerErrorSchema } from '@paxkv/protocol';
import { type Attempt, type Exchange, ExchangeError } from '../environment.ts';
import type { Reply, Request } from '../request.ts';
import type { Answer, HttpTransport } from '../system/network.ts';
import { toMessage, toReply } from './calls.ts';

export class HttpExchange implements Exchange {
  readonly #transport: HttpTransport;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  send(endpoint: string, attempt: Attempt): void {
    this.#send(endpoint, attempt).catch((error: unknown) => {
      attempt.reject(error instanceof Error ? error : new ExchangeError('maybe', String(error)));
    });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #send(endpoint: string, attempt: Attempt): Promise<void> {
    const controller = new AbortController();
    attempt.onCancel(() => controller.abort());
    const message = toMessage(attempt.request);
    const answer = await this.#transport.send(endpoint, message, controller.signal);
    attempt.resolve(readAnswer(attempt.request, answer, endpoint));
  }
}

/**
 * Reads the reply to `request` from the response of `endpoint`. A response that does not come from a paxkv
 * server, such as that of a proxy, counts as no response.
 *
 * @throws KvError as the server sent it; ExchangeError if only a newer version knows the error's code, or (`maybe`
 *   sent) if the response is not from paxkv.
 */
export function readAnswer(request: Request, answer: Answer, endpoint: string): Reply {
  const { status, body } = answer;
  const isSuccess = status >= 200 && status < 300;
  const refusal = isSuccess ? undefined : errorReplySchema.safeParse(body);
  if (refusal?.success) {
    const { code, outcome, message, requestId } = refusal.data.error;
    throw new KvError(code, `${endpoint}: ${message}`, { outcome, requestId });
  }
  const newer = isSuccess ? undefined : newerErrorSchema.safeParse(body);
  if (newer?.success) {
    // The outcome still tells whether the request may have arrived.
    const { code, outcome, message } = newer.data.error;
    const sent = outcome === 'not done' ? 'no' : 'maybe';
    throw new ExchangeError(sent, `${endpoint}: ${message} (${code})`);
  }
  try {
    if (isSuccess) {
      return toReply(request, body);
    }
  } catch (cause) {
    throw foreign(`${endpoint} answered ${status} with ${excerpt(body)}`, cause);
  }
  throw foreign(`${endpoint} answered ${status} with ${excerpt(body)}`);
}

function foreign(what: string, cause?: unknown): ExchangeError {
  const message = `${what}, which is no paxkv reply: does a proxy or another server answer there?`;
  return new ExchangeError('maybe', message, cause);
}

function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
