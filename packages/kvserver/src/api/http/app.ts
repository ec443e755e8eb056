/** The HTTP door of a server: mounts the routes, and is where every error becomes an answer. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { KvError, paths } from '@paxkv/protocol';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { createGuard } from '../security/guard.ts';
import { Connections } from './connections.ts';
import type { AppParts, HttpContext } from './context.ts';
import { sendError, toKvError } from './error-reply.ts';
import { createHttpServer } from './http-server.ts';
import { Router } from './router.ts';
import { addExactRoutes } from './routes/exact-routes.ts';
import { mountHealthRoutes } from './routes/health-routes.ts';
import { addKeyRoutes } from './routes/key-routes.ts';
import { allowOnly } from './routes/method-not-allowed.ts';

/** Answers every request, and a server around it that is not listening yet. */
export function createApp(parts: AppParts): { app: RequestListener; server: Server } {
  const door: HttpContext = { hostNames: [], ...parts, connections: new Connections() };
  const mayPass = createGuard(door);
  const hot = createHotRoutes(door);
  const others = createOtherRoutes(door);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    request.url = toOriginForm(request.url);
    if (!mayPass(request, response)) return;
    const endpoint = hot.find(request) ?? others;
    await endpoint(request, response);
  };
  const app: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => answerError(door, response, error));
  };
  const { connections, limits } = door;
  return { app, server: createHttpServer({ app, connections, limits }) };
}

/** Keys and values: asked for often, so they go past Express, which costs several times the answer. */
function createHotRoutes(door: HttpContext): Router {
  const router = new Router();
  addExactRoutes(router, door);
  addKeyRoutes(router, door);
  return router;
}

function createOtherRoutes(door: HttpContext): Express {
  const routes = express();
  routes.disable('x-powered-by');
  routes.disable('etag');
  routes.disable('query parser');
  routes.enable('case sensitive routing');
  routes.enable('strict routing');
  mountHealthRoutes(routes, door);
  routes
    .route(paths.stream)
    .get((_request, response) => sendUpgradeRequired(response))
    .all(allowOnly('GET, HEAD'));
  routes.use(() => {
    throw new KvError('KV_NO_SUCH_ROUTE', 'No such path; docs/http-api.md lists them.');
  });
  // Express tells error handlers by their four parameters.
  const onError: ErrorRequestHandler = (thrown: unknown, _request, response, _next) =>
    answerError(door, response, thrown);
  routes.use(onError);
  return routes;
}

function answerError({ logger }: HttpContext, response: ServerResponse, thrown: unknown): void {
  // Whoever asked is gone, and an abort is all that came of it.
  if (response.destroyed || response.req.socket.destroyed) return;
  const error = toKvError(thrown);
  if (error.code === 'KV_INTERNAL') logger.error({ error: thrown }, 'request failed');
  sendError(response, error);
}

function sendUpgradeRequired(response: ServerResponse): void {
  const error = new KvError('KV_BAD_REQUEST', 'Open a WebSocket here; docs/stream.md says how.');
  sendError(response, error, { status: 426, headers: { upgrade: 'websocket' } });
}

/** `http://host/path` means `/path`. Every other target gets a slash too: Express needs one. */
function toOriginForm(target = ''): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}
