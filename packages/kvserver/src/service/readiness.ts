/** Waits until a server is ready. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CurrentStatus, failedCheck, KvError } from '@paxkv/protocol';

/** Pause between two looks, in milliseconds. */
const retryDelayMs = 20;

/** How long to wait for a server. */
export interface ReadyOptions {
  /** Ends the wait with `KV_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Ends the wait with `KV_TIMEOUT`, in milliseconds from 0 to 2³¹ − 1. Without it the wait has no end. */
  readonly timeoutMs?: number;
}

/** The part of a server that the wait needs. */
export interface Probed {
  status(): Pick<CurrentStatus, 'state' | 'checks'>;
  /** Has the server look for evidence now. */
  probe(): void;
}

/**
 * Resolves once every required check of the server has passed, as `/readyz` reports it. A quorum has then
 * confirmed a read of this server; writes require no more than that.
 *
 * @throws KvError, each *not done*: `KV_ABORTED`, `KV_TIMEOUT`, and `KV_UNAVAILABLE` if the server stops.
 */
export async function whenReady(
  server: Probed,
  { signal, timeoutMs }: ReadyOptions = {},
): Promise<void> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const end = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
  for (;;) {
    const { state, checks } = server.status();
    const failed = failedCheck(checks);
    if (failed === undefined && !end.aborted) return;
    const now = failed?.detail ?? state;
    if (signal?.aborted) {
      const message = `The wait for the server was aborted: ${now}.`;
      throw notReady('KV_ABORTED', message, signal.reason);
    }
    if (timeout?.aborted) {
      const message = `The server is not ready after ${timeoutMs} ms: ${now}.`;
      throw notReady('KV_TIMEOUT', message, timeout.reason);
    }
    if (state === 'stopping' || state === 'failed') {
      throw notReady('KV_UNAVAILABLE', `The server will not become ready: ${now}.`);
    }
    server.probe();
    await sleep(retryDelayMs, undefined, { signal: end }).catch(() => {});
  }
}

type Code = 'KV_ABORTED' | 'KV_TIMEOUT' | 'KV_UNAVAILABLE';

function notReady(code: Code, message: string, cause?: unknown): KvError {
  return new KvError(code, message, { cause, outcome: 'not done' });
}
