/** Routes for probes and operators: is the server alive, is it ready, what is its status. */
import { type CurrentStatus, failedCheck, KvError, paths } from '@paxkv/protocol';
import type { HttpContext } from '../context.ts';
import { sendError, sendJson } from '../error-reply.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

export function addHealthRoutes(
  router: Router,
  { status, service, authenticator }: HttpContext,
): void {
  router.add(paths.live, {
    GET: (request, response) => {
      flagsOf(request, ['verbose']);
      // A reply of any kind shows that the event loop runs.
      sendJson(response, { live: true });
    },
  });
  router.add(paths.ready, {
    GET: (request, response) => {
      const isVerbose = flagsOf(request, ['verbose']).has('verbose');
      const { checks } = status();
      const error = notReady(checks);
      const more = isVerbose ? { checks } : {};
      if (error === undefined) sendJson(response, { ready: true, ...more });
      else sendError(response, error, { body: more });
    },
  });
  router.add(paths.status, {
    GET: async (request, response) => {
      flagsOf(request, []);
      await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'monitor' });
      sendJson(response, status());
    },
  });
}

/** Why the server is not ready; `undefined` if it is. */
function notReady(checks: CurrentStatus['checks']): KvError | undefined {
  const failed = failedCheck(checks);
  if (failed === undefined) return undefined;
  const why = failed.name === 'state' ? `This server is ${failed.detail}` : failed.detail;
  const message = `${why.charAt(0).toUpperCase()}${why.slice(1)}`.replace(/\.?$/, '.');
  return new KvError('KV_UNAVAILABLE', message);
}
