/**
 * Guard: checks every request before any route receives it. It keeps pages of other sites from using a
 * visitor's browser as their client, and limits the pending requests of one connection.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { KvError, paths } from '@paxkv/protocol';
import { overloaded } from '../../budget/overloaded.ts';
import { isLoopback } from '../../config/loopback.ts';
import type { HttpContext } from '../http/context.ts';
import { sendError } from '../http/error-reply.ts';
import { problemOfHead } from './message-checks.ts';

/**
 * Whether the request may continue. If not, the guard has replied to it.
 *
 * @throws KvError `KV_BAD_REQUEST`, `KV_OVERLOADED`
 */
export type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

/** At so many times the limit on pending requests, the connection is closed: each refusal takes time as well. */
const refusedFactor = 4;

export function createGuard(context: HttpContext): Guard {
  const { connections, sockets, limits, hostNames, observer } = context;
  const checkSource = createSourceCheck(hostNames);
  return (request, response) => {
    const pendingCount = connections.begin(request, response);
    if (!sockets.touch(request.socket)) {
      const message = `connectionCountMax is reached: ${limits.connectionCountMax} connections are open; retry later.`;
      observer.onError('http', 'KV_OVERLOADED');
      sendError(response, new KvError('KV_OVERLOADED', message), {
        headers: { connection: 'close' },
      });
      return false;
    }
    if (request.rawHeaders.length > 2 * limits.headerCountMax) {
      const error = new KvError(
        'KV_TOO_LARGE',
        `The request has over ${limits.headerCountMax} headers.`,
      );
      observer.onError('http', error.code);
      sendError(response, error, { status: 431 });
      return false;
    }
    if (pendingCount > refusedFactor * limits.pipelinedRequestCountMax) {
      request.socket.destroy();
      return false;
    }
    if (pendingCount > limits.pipelinedRequestCountMax) {
      throw overloaded('Too many pending requests on this connection; wait for replies');
    }
    if (!connections.takeRoom(request, response)) {
      throw overloaded('memoryBudgetBytes: this connection has its share of the memory');
    }
    checkSource(request);
    const problem = problemOfHead(request);
    if (problem !== undefined) {
      const { error, status } = problem;
      sendError(response, error, status === undefined ? {} : { status });
      return false;
    }
    if (request.headers.upgrade !== undefined) {
      throw new KvError(
        'KV_BAD_REQUEST',
        `Unsupported upgrade: only ${paths.stream} upgrades, to a WebSocket.`,
      );
    }
    return true;
  };
}

/** Returns a check that throws KvError `KV_BAD_REQUEST` for a request that a page of another site caused. */
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
 * Prevents DNS rebinding: an attacker can make any name resolve to this machine. On loopback, a Host header
 * must therefore be an IP address, `localhost` or a configured name.
 */
function checkHost(request: IncomingMessage, names: ReadonlySet<string>): void {
  const { host } = request.headers;
  if (hostCount(request) > 1) {
    throw new KvError('KV_BAD_REQUEST', 'The request has more than one Host header.');
  }
  if (host === undefined) {
    if (request.httpVersion === '1.0') return;
    throw new KvError('KV_BAD_REQUEST', 'The Host header is missing.');
  }
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (names.has(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return;
  if (isLoopback(request.socket.localAddress)) {
    throw new KvError(
      'KV_BAD_REQUEST',
      'Unknown Host header: use an IP address, localhost or the address in the settings.',
    );
  }
}

/** The parsed headers have only the first one. */
function hostCount({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin === undefined) return;
  const own = host?.toLowerCase();
  if (origin !== `http://${own}` && origin !== `https://${own}`) {
    throw new KvError(
      'KV_BAD_REQUEST',
      'The Origin header names another site; its pages may not use this server.',
    );
  }
}
