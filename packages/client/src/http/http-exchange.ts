/** Sends each request as one HTTP request with a JSON body, and interprets the responses. */
import { errorReplySchema, KvError, newerErrorSchema } from '@paxkv/protocol';
import { ClusterPin } from '../cluster-pin.ts';
import { type Attempt, type Exchange, ExchangeError } from '../environment.ts';
import { isStatusRequest, type Reply, type Request } from '../request.ts';
import type { Answer, HttpTransport } from '../system/network.ts';
import { toMessage, toReply } from './calls.ts';

export class HttpExchange implements Exchange {
  readonly #transport: HttpTransport;
  readonly #pin: ClusterPin;

  /** `pin`: shared with the streams of the client, if it has any. */
  constructor(transport: HttpTransport, pin = new ClusterPin()) {
    this.#transport = transport;
    this.#pin = pin;
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
    const { request } = attempt;
    // The status of any server may be asked for: it tells to which cluster the server belongs.
    const isChecked = !isStatusRequest(request);
    const { conflict, expected } = this.#pin;
    if (isChecked && conflict !== undefined) throw conflict;
    const incarnation = isChecked && expected !== undefined ? { incarnation: expected } : {};
    const message = { ...toMessage(request), ...incarnation };
    const answer = await this.#transport.send(endpoint, message, controller.signal);
    const refusal = isChecked ? this.#refusalOf(answer, endpoint) : undefined;
    if (refusal !== undefined) throw refusal;
    attempt.resolve(readAnswer(request, answer, endpoint));
  }

  /** Why the answer does not count: it comes from another cluster, perhaps after it did the request. */
  #refusalOf({ status, incarnation, body }: Answer, endpoint: string): Error | undefined {
    // A server that is starting refuses requests before it knows its cluster.
    const isSuccess = status < 300;
    if (incarnation === undefined && !isSuccess) return undefined;
    const refusal = this.#pin.meet(endpoint, incarnation);
    if (refusal === undefined || (!isSuccess && isNotDone(body))) return refusal;
    const { message } = refusal;
    return refusal instanceof KvError
      ? new KvError(refusal.code, message, { outcome: 'unknown' })
      : new ExchangeError('maybe', message);
  }
}

/** Whether it is an error that rules out that the request took effect. */
function isNotDone(body: unknown): boolean {
  const error = newerErrorSchema.safeParse(body);
  return error.success && error.data.error.outcome === 'not done';
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
    const { code, outcome, message, requestId, retryAfterMs } = refusal.data.error;
    throw new KvError(code, `${endpoint}: ${message}`, {
      ...{ outcome, requestId },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
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
