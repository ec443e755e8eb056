/**
 * The route of backups: the bytes of one state, as fast as the client takes them.
 * Rule: a reply that was not sent to its end never ends like one that was.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { paths } from '@paxkv/protocol';
import type { HttpContext } from '../context.ts';
import type { Router } from '../router.ts';
import { drained } from './drained.ts';
import { flagsOf } from './request-target.ts';
import { expectNoOtherSite } from './same-site.ts';

const headers = {
  'content-type': 'application/octet-stream',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

export function addBackupRoute(
  router: Router,
  { backup, connections, service, authenticator }: HttpContext,
): void {
  if (backup === undefined) return;
  const send = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isSerializable = flagsOf(request, ['serializable']).has('serializable');
    expectNoOtherSite(request, 'a backup');
    await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'admin' });
    const consistency = isSerializable ? 'serializable' : 'linearizable';
    const signal = connections.signalOf(response);
    const pieces = await backup({ consistency, signal });
    // What ends the loop early also closes the snapshot.
    for await (const piece of pieces) {
      if (response.destroyed || signal?.aborted === true) return;
      if (!response.headersSent) response.writeHead(200, headers);
      if (!response.write(piece)) await drained(response, signal);
      connections.noteProgress(response);
    }
    response.end();
  };
  router.add(paths.backup, {
    GET: send,
    // A whole state is not read for its headers.
    HEAD: async (request, response) => {
      flagsOf(request, ['serializable']);
      await service.auth.expectNeed(authenticator.principalOf(request), { kind: 'admin' });
      response.writeHead(200, headers).end();
    },
  });
}
