/** Waits until a server answers requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KvError, type StatusReply } from '@paxkv/protocol';
import type { Submitter } from '../replica/submitter.ts';

/** Pause between two attempts, in milliseconds. */
const retryDelayMs = 20;
/** Any key does: whether it is present makes no difference. */
const key = Uint8Array.of(0);

/** How long to wait for a server. */
export interface ReadyOptions {
  /** Ends the wait with `KV_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Ends the wait with `KV_TIMEOUT`, in milliseconds from 0 to 2³¹ − 1. Without it the wait has no end. */
  readonly timeoutMs?: number;
}

/** What is asked of the server. */
export interface Probed extends Submitter {
  status(): Pick<StatusReply, 'state' | 'reason'>;
}

/**
 * Resolves once a majority has confirmed a linearizable read of this server. Writes need no more.
 *
 * @throws KvError, each *not done*: `KV_ABORTED`, `KV_TIMEOUT`, and `KV_UNAVAILABLE` if the server stops.
 */
export async function whenReady(
  server: Probed,
  { signal, timeoutMs }: ReadyOptions = {},
): Promise<void> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const ends = [signal, timeout].filter((end) => end !== undefined);
  const end = AbortSignal.any(ends);
  while (!(await isServing(server, end))) {
    const { state, reason } = server.status();
    const now = reason === undefined ? state : `${state}: ${reason}`;
    if (signal?.aborted) throw notReady('KV_ABORTED', `The wait was aborted; it is ${now}`, signal);
    if (timeout?.aborted) {
      throw notReady(
        'KV_TIMEOUT',
        `It does not serve after ${timeoutMs} ms; it is ${now}`,
        timeout,
      );
    }
    if (state === 'stopping' || state === 'failed') {
      throw notReady('KV_UNAVAILABLE', `It will not serve; it is ${now}`);
    }
    await sleep(retryDelayMs, undefined, { signal: end }).catch(() => {});
  }
}

async function isServing(server: Probed, signal: AbortSignal): Promise<boolean> {
  if (server.status().state !== 'running' || signal.aborted) return false;
  try {
    await server.submit({ command: { type: 'get', key } }, { signal });
    return true;
  } catch (error) {
    if (error instanceof KvError) return false;
    throw error;
  }
}

type Code = 'KV_ABORTED' | 'KV_TIMEOUT' | 'KV_UNAVAILABLE';

function notReady(code: Code, why: string, ended?: AbortSignal): KvError {
  const message = `The server is not ready. ${why}.`;
  return new KvError(code, message, { cause: ended?.reason, outcome: 'not done' });
}
