/** The route of the flight recorder, which exists only where it records. */
import { KvError } from '@paxkv/protocol';
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
      // The recording has the values of all writes.
      await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'admin' });
      const file = trace();
      if (file === undefined)
        throw new KvError('KV_UNAVAILABLE', 'The node of this server is closed.');
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
