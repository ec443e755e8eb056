/** Routes for probes and operators: is the server alive, is it ready, what is its status. */
import { type CurrentStatus, failedCheck, KvError, paths } from '@paxkv/protocol';
import type { IRouter } from 'express';
import type { HttpContext } from '../context.ts';
import { allowOnly, sendError, sendJson } from '../error-reply.ts';
import { flagsOf } from './request-target.ts';

export function mountHealthRoutes(
  router: IRouter,
  { status, service, authenticator }: HttpContext,
): void {
  router
    .route(paths.live)
    .get((request, response) => {
      flagsOf(request, ['verbose']);
      // A reply of any kind shows that the event loop runs.
      sendJson(response, { live: true });
    })
    .all(allowOnly('GET, HEAD'));
  router
    .route(paths.ready)
    .get((request, response) => {
      const isVerbose = flagsOf(request, ['verbose']).has('verbose');
      const { checks } = status();
      const error = notReady(checks);
      const more = isVerbose ? { checks } : {};
      if (error === undefined) sendJson(response, { ready: true, ...more });
      else sendError(response, error, { body: more });
    })
    .all(allowOnly('GET, HEAD'));
  router
    .route(paths.status)
    .get(async (request, response) => {
      flagsOf(request, []);
      await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'monitor' });
      sendJson(response, status());
    })
    .all(allowOnly('GET, HEAD'));
}

/** Why the server is not ready; `undefined` if it is. */
function notReady(checks: CurrentStatus['checks']): KvError | undefined {
  const failed = failedCheck(checks);
  if (failed === undefined) return undefined;
  const why = failed.name === 'state' ? `This server is ${failed.detail}` : failed.detail;
  const message = `${why.charAt(0).toUpperCase()}${why.slice(1)}`.replace(/\.?$/, '.');
  return new KvError('KV_UNAVAILABLE', message);
}
