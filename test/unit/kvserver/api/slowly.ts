/** A replica whose every answer takes the process a millisecond. */
import type { Reply } from '@paxkv/protocol';

export function slowly(reply: Reply): () => Promise<Reply> {
  return async () => {
    const endMs = performance.now() + 1;
    while (performance.now() < endMs);
    return reply;
  };
}
