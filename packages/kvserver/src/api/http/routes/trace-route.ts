/** The route of the flight recorder, which exists only where it records. */
import { KvError } from '@paxkv/protocol';
import type { HttpContext } from '../context.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

export function addTraceRoute(router: Router, { trace }: HttpContext): void {
  if (trace === undefined) return;
  router.add('/trace', {
    GET: (request, response) => {
      flagsOf(request, []);
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
