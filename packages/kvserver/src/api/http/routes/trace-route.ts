/** The route of the flight recorder, which exists only where it records. */
import type { HttpContext } from '../context.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

export function addTraceRoute(
  router: Router,
  { trace, service, authenticator }: HttpContext,
): void {
  if (trace === undefined) return;
  router.add('/trace', {
    GET: async (request, response) => {
      flagsOf(request, []);
      // The recording tells when something was written and how long it was, for all keys.
      await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'admin' });
      const file = await trace();
      response.writeHead(200, {
        'content-type': 'application/gzip',
        'content-length': file.length,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(file);
    },
  });
}
