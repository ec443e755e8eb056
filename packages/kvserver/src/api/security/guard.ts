/**
 * Guard: what every request must pass before any route sees it. It keeps pages of other sites from
 * using a visitor's browser as their client, and one connection from taking more than its share.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { KvError } from '@paxkv/protocol';
import { isLoopback } from '../../config/loopback.ts';
import type { HttpContext } from '../http/context.ts';
import { sendError } from '../http/error-reply.ts';

/**
 * Gives back whether a request may go on; if not, it was answered.
 *
 * @throws KvError `KV_BAD_REQUEST`, `KV_OVERLOADED`
 */
export type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createGuard({ connections, limits, hostNames }: HttpContext): Guard {
  const checkSource = createSourceCheck(hostNames);
  return (request, response) => {
    const underWay = connections.begin(request, response);
    if (request.rawHeaders.length > 2 * limits.headerCountMax) {
      const error = new KvError('KV_TOO_LARGE', `Over ${limits.headerCountMax} headers.`);
      sendError(response, error, { status: 431 });
      return false;
    }
    if (underWay > limits.pipelinedRequestCountMax) {
      throw new KvError('KV_OVERLOADED', 'Too many requests at once on this connection.');
    }
    checkSource(request);
    if (request.headers.upgrade !== undefined) {
      throw new KvError('KV_BAD_REQUEST', 'No such protocol to upgrade to.');
    }
    return true;
  };
}

/** Refuses what a page of another site made a browser send: throws KvError `KV_BAD_REQUEST`. */
export function createSourceCheck(
  hostNames: readonly string[],
): (request: IncomingMessage) => void {
  const names = new Set(['localhost', ...hostNames.map((name) => name.toLowerCase())]);
  return (request) => {
    checkHost(request, names);
    checkOrigin(request);
  };
}

/**
 * A name that an attacker made point to this machine must not open what listens on loopback: there,
 * only addresses, `localhost` and the configured names are taken.
 */
function checkHost(request: IncomingMessage, names: ReadonlySet<string>): void {
  const { host } = request.headers;
  if (host === undefined) {
    if (request.httpVersion === '1.0') return;
    throw new KvError('KV_BAD_REQUEST', 'The Host header is missing.');
  }
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (names.has(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return;
  if (isLoopback(request.socket.localAddress)) {
    throw new KvError('KV_BAD_REQUEST', 'The Host header names another host.');
  }
}

function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin === undefined) return;
  const own = host?.toLowerCase();
  if (origin !== `http://${own}` && origin !== `https://${own}`) {
    throw new KvError('KV_BAD_REQUEST', 'Pages of other sites may not use this server.');
  }
}
