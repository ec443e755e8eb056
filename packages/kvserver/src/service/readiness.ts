/** Waits until a server answers requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KvError, type StatusReply } from '@paxkv/protocol';
import type { KvService } from './kv-service.ts';

/** Pause between two attempts, in milliseconds. */
const retryDelayMs = 20;
/** The read that tests readiness. Its key may be present or absent. */
const probe = { command: { type: 'get', key: Uint8Array.of(0) } } as const;

/** How long to wait for a server. */
export interface ReadyOptions {
  /** Ends the wait with `KV_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Ends the wait with `KV_TIMEOUT`, in milliseconds from 0 to 2³¹ − 1. Without it the wait has no end. */
  readonly timeoutMs?: number;
}

/** The part of a server that the wait needs. */
export interface Probed {
  readonly service: KvService;
  status(): Pick<StatusReply, 'state' | 'reason'>;
}

/**
 * Resolves once a majority has confirmed a linearizable read of this server. Writes require no more than that.
 *
 * @throws KvError, each *not done*: `KV_ABORTED`, `KV_TIMEOUT`, and `KV_UNAVAILABLE` if the server stops.
 */
export async function whenReady(
  server: Probed,
  { signal, timeoutMs }: ReadyOptions = {},
): Promise<void> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const end = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
  while (!(await isServing(server, end))) {
    const { state, reason } = server.status();
    const now = reason === undefined ? state : `${state}: ${reason}`;
    if (signal?.aborted) {
      throw notReady(
        'KV_ABORTED',
        `The wait for the server was aborted; it is ${now}.`,
        signal.reason,
      );
    }
    if (timeout?.aborted) {
      const message = `The server is not ready after ${timeoutMs} ms; it is ${now}.`;
      throw notReady('KV_TIMEOUT', message, timeout.reason);
    }
    if (state === 'stopping' || state === 'failed') {
      throw notReady('KV_UNAVAILABLE', `The server will not become ready; it is ${now}.`);
    }
    await sleep(retryDelayMs, undefined, { signal: end }).catch(() => {});
  }
}

async function isServing(server: Probed, signal: AbortSignal): Promise<boolean> {
  if (server.status().state !== 'running' || signal.aborted) return false;
  try {
    await server.service.submit(probe, { signal });
    return true;
  } catch (error) {
    if (error instanceof KvError) return false;
    throw error;
  }
}

type Code = 'KV_ABORTED' | 'KV_TIMEOUT' | 'KV_UNAVAILABLE';

function notReady(code: Code, message: string, cause?: unknown): KvError {
  return new KvError(code, message, { cause, outcome: 'not done' });
}
