/** One GET with the credentials of the command. Unlike `fetch`, it takes an authority for certificates. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { CommandCredentials } from './credentials.ts';

/** Resolves with the response, of which only the headers have arrived. @throws Error if there is none. */
export function httpGet(
  url: URL,
  { token, tls }: CommandCredentials,
  signal: AbortSignal,
): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = { headers, signal, agent: false } as const;
  return new Promise((resolve, reject) => {
    const onResponse = (message: IncomingMessage) => resolve(toResponse(message));
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...tls }, onResponse)
        : httpRequest(url, options, onResponse);
    request.on('error', reject);
    request.end();
  });
}

function toResponse(message: IncomingMessage): Response {
  const body = Readable.toWeb(message) as ReadableStream<Uint8Array>;
  return new Response(body, { status: message.statusCode ?? 0 });
}
