/** The route that Prometheus scrapes. */
import { paths } from '@paxkv/protocol';
import type { HttpContext } from '../context.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

/** Adds nothing if the server has no metrics. */
export function addMetricsRoute(
  router: Router,
  { metrics, service, authenticator }: HttpContext,
): void {
  if (metrics === undefined) return;
  router.add(paths.metrics, {
    GET: async (request, response) => {
      flagsOf(request, []);
      await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'monitor' });
      const text = await metrics.text();
      response.writeHead(200, {
        'content-type': metrics.contentType,
        'content-length': Buffer.byteLength(text),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(text);
    },
  });
}
