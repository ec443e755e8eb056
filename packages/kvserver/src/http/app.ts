/** The HTTP door of a server: mounts the routes, and is where every error becomes an answer. */
import type { Server } from 'node:http';
import { KvError } from '@paxkv/client/errors';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { Connections } from './connections.ts';
import type { AppParts, Door } from './door.ts';
import { sendError, toKvError } from './error-reply.ts';
import { createGuard } from './guard.ts';
import { createHttpServer } from './http-server.ts';
import { mountExactRoutes } from './routes/exact-routes.ts';
import { mountHealthRoutes } from './routes/health-routes.ts';
import { mountKeyRoutes } from './routes/key-routes.ts';

/** The app, and a server around it that is not listening yet. */
export function createApp(parts: AppParts): { app: Express; server: Server } {
  const door: Door = { hostNames: [], ...parts, connections: new Connections() };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.disable('query parser');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use(createGuard(door));
  mountExactRoutes(app, door);
  mountKeyRoutes(app, door);
  mountHealthRoutes(app, door);
  app.use(() => {
    throw new KvError('KV_NO_SUCH_ROUTE', 'No such path; docs/http-api.md lists them.');
  });
  app.use(toAnswer(door));
  const { connections, limits } = door;
  return { app, server: createHttpServer({ app, connections, limits }) };
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
