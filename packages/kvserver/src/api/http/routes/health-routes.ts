/** Routes for probes and operators: is the server alive, is it ready, what is its status. */
import { KvError, paths, type StatusReply } from '@paxkv/protocol';
import type { IRouter } from 'express';
import type { HttpContext } from '../context.ts';
import { allowOnly, sendError, sendJson } from '../error-reply.ts';
import { flagsOf } from './request-target.ts';

/** One line of `/readyz?verbose`. */
interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** Whether the server is ready only if the check has passed. */
  readonly required: boolean;
  readonly detail: string;
}

export function mountHealthRoutes(router: IRouter, { status }: HttpContext): void {
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
      const now = status();
      const more = isVerbose ? { checks: checksOf(now) } : {};
      if (now.state === 'running') sendJson(response, { ready: true, ...more });
      else sendError(response, notReady(now), { body: more });
    })
    .all(allowOnly('GET, HEAD'));
  router
    .route(paths.status)
    .get((request, response) => {
      flagsOf(request, []);
      sendJson(response, status());
    })
    .all(allowOnly('GET, HEAD'));
}

function notReady({ state, reason }: StatusReply): KvError {
  const why = reason === undefined ? '' : `: ${reason}`;
  return new KvError('KV_UNAVAILABLE', `This server is ${state}${why}`.replace(/\.?$/, '.'));
}

function checksOf({ state, reason, peers }: StatusReply): Check[] {
  const detail = reason === undefined ? state : `${state}: ${reason}`;
  return [
    { name: 'state', passed: state === 'running', required: true, detail },
    ...peers.map((peer) => ({
      name: `peer ${peer.node}`,
      passed: peer.connected,
      required: false,
      detail: peer.connected ? 'connected' : (peer.reason ?? 'not connected'),
    })),
  ];
}
