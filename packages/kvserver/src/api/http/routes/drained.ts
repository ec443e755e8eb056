/** Waits for the client of a reply that is sent in parts. */
import type { ServerResponse } from 'node:http';

/** Resolves when the client has taken what was written, or has gone. */
export function drained(response: ServerResponse, signal: AbortSignal | undefined): Promise<void> {
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
