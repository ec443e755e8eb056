/** Messages over HTTP by the global `fetch`, which keeps connections open between them. */
import { type Answer, type Exchange, ExchangeError, type Message } from '../environment.ts';

/** System calls that come before the first byte is sent. */
const systemCallsBeforeSending: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

export class HttpExchange implements Exchange {
  async send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer> {
    try {
      const response = await fetch(`${endpoint}${message.path}`, toRequest(message, signal));
      // Read to the end in every case: a body left unread would hold its connection.
      return { status: response.status, body: parse(await response.text()) };
    } catch (error) {
      const sent = isBeforeSending(error) ? 'no' : 'maybe';
      throw new ExchangeError(sent, `${endpoint}: ${reasonOf(error)}`, error);
    }
  }

  /** Nothing to do: idle connections of `fetch` close by themselves and keep no program alive. */
  async close(): Promise<void> {}
}

function toRequest({ body }: Message, signal: AbortSignal): RequestInit {
  const shared = { signal, redirect: 'manual' } as const;
  if (body === undefined) {
    return { ...shared, method: 'GET' };
  }
  const headers = { 'content-type': 'application/json' };
  return { ...shared, method: 'POST', headers, body: JSON.stringify(body) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `fetch` says "fetch failed" of everything; what happened is its cause, or one cause per address. */
function isBeforeSending(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every(isBeforeSending);
  }
  if (!(error instanceof Error)) {
    return false;
  }
  if ('code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT') {
    return true;
  }
  const isSystemCall = 'syscall' in error && systemCallsBeforeSending.has(error.syscall);
  return isSystemCall || isBeforeSending(error.cause);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (error.cause !== undefined) {
    return reasonOf(error.cause);
  }
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : error.message;
}
