/**
 * The route of backups: the bytes of one state, as fast as the client takes them.
 * Rule: a reply that was not sent to its end never ends like one that was.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KvError, paths } from '@paxkv/protocol';
import type { HttpContext } from '../context.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

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
    expectNoOtherSite(request);
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

/** An image or a script of another site is asked for without an origin. */
function expectNoOtherSite({ headers: { 'sec-fetch-site': site } }: IncomingMessage): void {
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new KvError('KV_BAD_REQUEST', 'Pages of other sites may not ask for a backup.');
}

/** Resolves when the client has taken what was written, or has gone. */
function drained(response: ServerResponse, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      signal?.removeEventListener('abort', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
    // A response that waits behind another one emits no `close`.
    signal?.addEventListener('abort', settle);
    if (response.destroyed || signal?.aborted === true) settle();
  });
}
