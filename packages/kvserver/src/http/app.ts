/** The HTTP door of a server: mounts the routes, and is where every error becomes an answer. */
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { KvError } from '@paxkv/client/errors';
import { paths } from '@paxkv/client/protocol';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { Connections } from './connections.ts';
import type { AppParts, Door } from './door.ts';
import { sendError, toKvError } from './error-reply.ts';
import { createGuard } from './guard.ts';
import { createHttpServer } from './http-server.ts';
import { mountExactRoutes } from './routes/exact-routes.ts';
import { mountHealthRoutes } from './routes/health-routes.ts';
import { mountKeyRoutes } from './routes/key-routes.ts';
import { allowOnly } from './routes/method-not-allowed.ts';

/** Answers every request, and a server around it that is not listening yet. */
export function createApp(parts: AppParts): { app: RequestListener; server: Server } {
  const door: Door = { hostNames: [], ...parts, connections: new Connections() };
  const routes = createRoutes(door);
  const app: RequestListener = (request, response) => {
    request.url = toOriginForm(request.url);
    routes(request, response);
  };
  const { connections, limits } = door;
  return { app, server: createHttpServer({ app, connections, limits }) };
}

function createRoutes(door: Door): Express {
  const routes = express();
  routes.disable('x-powered-by');
  routes.disable('etag');
  routes.disable('query parser');
  routes.enable('case sensitive routing');
  routes.enable('strict routing');
  routes.use(createGuard(door));
  mountExactRoutes(routes, door);
  mountKeyRoutes(routes, door);
  mountHealthRoutes(routes, door);
  routes
    .route(paths.stream)
    .get((_request, response) => sendUpgradeRequired(response))
    .all(allowOnly('GET, HEAD'));
  routes.use(() => {
    throw new KvError('KV_NO_SUCH_ROUTE', 'No such path; docs/http-api.md lists them.');
  });
  routes.use(toAnswer(door));
  return routes;
}

function sendUpgradeRequired(response: ServerResponse): void {
  const error = new KvError('KV_BAD_REQUEST', 'Open a WebSocket here; docs/stream.md says how.');
  sendError(response, error, { status: 426, headers: { upgrade: 'websocket' } });
}

/** Express tells error handlers by their four parameters. */
function toAnswer({ logger }: Door): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    // Whoever asked is gone, and an abort is all that came of it.
    if (response.destroyed || response.req.socket.destroyed) return;
    const error = toKvError(thrown);
    if (error.code === 'KV_INTERNAL') logger.error({ error: thrown }, 'request failed');
    sendError(response, error);
  };
}

/** `http://host/path` means `/path`. Every other target gets a slash too: Express needs one. */
function toOriginForm(target = ''): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}
