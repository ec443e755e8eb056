/**
 * HTTP requests on connections that are kept open. It uses Node's `http` instead of `fetch`, which takes
 * five times as long, does not limit its connections and does not report whether a request was sent.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { incarnationHeader } from '@paxkv/protocol';
import { authorizationOf, type Credentials } from '../credentials.ts';
import { ExchangeError } from '../environment.ts';
import type { Answer, HttpTransport, Message } from './network.ts';

/** Most connections to one server. Further requests wait. Servers also limit connections per address. */
const connectionCountMax = 128;

interface Opening {
  readonly body: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export class NodeHttpTransport implements HttpTransport {
  readonly #httpAgent = new HttpAgent({ keepAlive: true, maxSockets: connectionCountMax });
  readonly #httpsAgent: HttpsAgent;
  readonly #credentials: Credentials;

  constructor(credentials: Credentials = {}) {
    const { ca, cert, key } = credentials.tls ?? {};
    const limits = { keepAlive: true, maxSockets: connectionCountMax };
    this.#httpsAgent = new HttpsAgent({ ...limits, ca, cert, key });
    this.#credentials = credentials;
  }

  send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer> {
    if (this.#credentials.token === undefined) return this.#send(endpoint, message, {}, signal);
    return this.#sendAuthorized(endpoint, message, signal);
  }

  async #sendAuthorized(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer> {
    const authorization = await authorizationOf(this.#credentials).catch((cause: unknown) => {
      throw new ExchangeError('no', `${endpoint}: the token is not available`, cause);
    });
    return this.#send(
      endpoint,
      message,
      authorization === undefined ? {} : { authorization },
      signal,
    );
  }

  #send(
    endpoint: string,
    message: Message,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const body = message.body === undefined ? undefined : Buffer.from(JSON.stringify(message.body));
    const { incarnation } = message;
    const expected = incarnation === undefined ? {} : { [incarnationHeader]: incarnation };
    const all = { ...headers, ...expected };
    const request = this.#open(new URL(message.path, endpoint), { body, headers: all, signal });
    return new Promise((resolve, reject) => {
      let sent: 'no' | 'maybe' = 'no';
      const fail = (error: Error) => {
        reject(new ExchangeError(sent, `${endpoint}: ${reasonOf(error)}`, error));
      };
      onConnected(request, () => {
        sent = 'maybe';
      });
      request.on('error', fail);
      request.on('response', (response) => void toAnswer(response).then(resolve, fail));
      request.end(body);
    });
  }

  /** Drops all connections. Until then, idle ones do not keep the program running. */
  async close(): Promise<void> {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  #open(url: URL, { body, headers, signal }: Opening) {
    const options: RequestOptions = { signal, headers };
    if (body !== undefined) {
      options.method = 'POST';
      const type = { 'content-type': 'application/json', 'content-length': body.length };
      options.headers = { ...headers, ...type };
    }
    return url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: this.#httpsAgent })
      : httpRequest(url, { ...options, agent: this.#httpAgent });
  }
}

/** Calls back once the request has a connection. Until then none of its bytes have been sent. */
function onConnected(request: ClientRequest, callback: () => void): void {
  request.on('socket', (socket) => {
    if (socket.connecting) {
      socket.once('connect', callback);
    } else {
      callback();
    }
  });
}

async function toAnswer(response: IncomingMessage): Promise<Answer> {
  const body = await text(response);
  const incarnation = response.headers[incarnationHeader];
  return {
    ...{ status: response.statusCode ?? 0, body: parse(body) },
    ...(typeof incarnation === 'string' && { incarnation }),
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The reason of an error. An `AggregateError`, for several addresses, has an empty message. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.message;
}
