/** The HTTP interface of a server: mounts the routes and turns every error into a reply. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { incarnationHeader, KvError, paths } from '@paxkv/protocol';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { FairBound } from '../../budget/fair-bound.ts';
import { ReadTurns } from '../../budget/read-turns.ts';
import { RequestTurns } from '../../budget/request-turns.ts';
import { loopTurns } from '../../budget/turn-clock.ts';
import { limitsDefault } from '../../config/limits.ts';
import { noObserver } from '../../service/request-observer.ts';
import { RequestIds } from '../request-ids.ts';
import { createAuthenticator } from '../security/create-authenticator.ts';
import { createGuard } from '../security/guard.ts';
import { ClientSockets } from './client-sockets.ts';
import { Connections } from './connections.ts';
import type { AppParts, HttpContext } from './context.ts';
import { allowOnly, sendError, toKvError } from './error-reply.ts';
import { allMethods, createHttpServer } from './http-server.ts';
import { requestIdOf, setRequestId } from './request-id.ts';
import { Router } from './router.ts';
import { addBackupRoute } from './routes/backup-route.ts';
import { addConsoleRoutes } from './routes/console-routes.ts';
import { addDocsRoutes } from './routes/docs-routes.ts';
import { addExactRoutes } from './routes/exact-routes.ts';
import { mountHealthRoutes } from './routes/health-routes.ts';
import { addKeyRoutes } from './routes/key-routes.ts';
import { addMetricsRoute } from './routes/metrics-route.ts';
import { addTraceRoute } from './routes/trace-route.ts';
import { addWatchRoute } from './routes/watch-route.ts';

/** The app, and a server around it that does not listen yet. */
export function createApp(parts: AppParts): {
  app: RequestListener;
  server: Server;
  sockets: ClientSockets;
  /** The paths of all routes; a path that ends with `/v1/kv/` stands for those below it. */
  routes: readonly string[];
} {
  const { budget = new FairBound(limitsDefault.memoryBudgetBytes) } = parts;
  const connections = new Connections(budget);
  const sockets = new ClientSockets({
    countMax: parts.limits.connectionCountMax,
    isIdle: (socket) =>
      connections.isIdle(socket) || connections.isStalled(socket, performance.now()),
  });
  const { auth } = parts.service;
  const { authenticator = createAuthenticator({ auth }) } = parts;
  const defaults = {
    ...{ hostNames: [], budget, consoleFiles: [], backup: undefined, trace: undefined },
    ...{ metrics: undefined, observer: noObserver, requestIds: new RequestIds(), authenticator },
    readTurns: new ReadTurns(loopTurns),
  };
  const context: HttpContext = { ...defaults, ...parts, connections, sockets };
  const mayPass = createGuard(context);
  const hot = createHotRoutes(context);
  const others = createOtherRoutes(context);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const isAboutServer = request.method === 'OPTIONS' && request.url === '*';
    request.url = toOriginForm(request.url);
    expectCluster(request, response, parts.service);
    if (!authenticator.isAnonymous(request) && !isProbe(request))
      await authenticator.admit(request);
    if (isAboutServer) {
      response.writeHead(204, { allow: allMethods }).end();
      return;
    }
    const endpoint = hot.find(request) ?? others;
    await endpoint(request, response);
    connections.onAnswered(response);
  };
  const turns = new RequestTurns(loopTurns);
  const refuse = (response: ServerResponse, error: unknown) => {
    answerError(context, response, error);
    connections.onAnswered(response);
  };
  const app: RequestListener = (request, response) => {
    context.readTurns.onRead(request.socket);
    // Requests that came with the one for which the connection was closed.
    if (request.socket.destroyed) return;
    setRequestId(request, response, context.requestIds);
    try {
      // What waits for its turn is counted already.
      if (!mayPass(request, response)) return;
    } catch (error) {
      refuse(response, error);
      return;
    }
    const client = connections.clientOf(response);
    if (client === undefined) return;
    turns.run(client, (cameMs) => {
      connections.noteWait(response, performance.now() - cameMs);
      answer(request, response).catch((error: unknown) => refuse(response, error));
    });
  };
  const { limits, readTurns } = context;
  const server = createHttpServer({
    ...{ app, connections, sockets, limits, readTurns },
    tls: parts.tls,
  });
  const routes = [...hot.paths, ...others.router.stack.flatMap(({ route }) => route?.path ?? [])];
  return { app, server, sockets, routes };
}

/** Every reply says to which cluster the server belongs, and nothing is done for a client of another one. */
function expectCluster(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { cluster }: AppParts['service'],
): void {
  if (cluster.name !== undefined) response.setHeader(incarnationHeader, cluster.name);
  const expected = headers[incarnationHeader];
  cluster.expect(expected === undefined ? undefined : String(expected));
}

/** Commands bypass Express, which would cost several times as much as the reply; so do fixed files. */
function createHotRoutes(context: HttpContext): Router {
  const router = new Router();
  addExactRoutes(router, context);
  addKeyRoutes(router, context);
  addWatchRoute(router, context);
  addConsoleRoutes(router, context);
  addBackupRoute(router, context);
  addTraceRoute(router, context);
  addMetricsRoute(router, context);
  addDocsRoutes(router);
  return router;
}

function createOtherRoutes(context: HttpContext): Express {
  const routes = express();
  routes.disable('x-powered-by');
  routes.disable('etag');
  routes.disable('query parser');
  routes.enable('case sensitive routing');
  routes.enable('strict routing');
  mountHealthRoutes(routes, context);
  routes
    .route(paths.stream)
    .get((_request, response) => sendUpgradeRequired(response))
    .all(allowOnly('GET, HEAD'));
  routes.use(() => {
    throw new KvError('KV_NO_SUCH_ROUTE', 'No such path; docs/http-api.md lists all paths.');
  });
  // Express recognizes an error handler by its four parameters.
  const onError: ErrorRequestHandler = (thrown: unknown, _request, response, _next) =>
    answerError(context, response, thrown);
  routes.use(onError);
  return routes;
}

function answerError(context: HttpContext, response: ServerResponse, thrown: unknown): void {
  const { logger, observer } = context;
  // The client has disconnected, and the error is most often the abort that this caused.
  if (response.destroyed || response.req.socket.destroyed) return;
  const error = toKvError(thrown);
  observer.onError('http', error.code);
  if (error.code === 'KV_INTERNAL') {
    logger.error({ error: thrown, requestId: requestIdOf(response) }, 'request failed');
  }
  sendError(response, error);
}

function sendUpgradeRequired(response: ServerResponse): void {
  const error = new KvError(
    'KV_BAD_REQUEST',
    'This path takes WebSockets only; see docs/stream.md.',
  );
  sendError(response, error, { status: 426, headers: { upgrade: 'websocket' } });
}

/** Probes have no credentials. Any other spelling of their paths is not theirs, and is unknown anyway. */
function isProbe({ url = '' }: IncomingMessage): boolean {
  const [path] = url.split('?', 1);
  return path === paths.live || path === paths.ready;
}

/** The path of a target in absolute form. Every target starts with a slash afterwards, as Express requires. */
function toOriginForm(target = ''): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}
