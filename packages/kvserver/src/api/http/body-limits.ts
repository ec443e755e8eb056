/** The limits on the body of one request. */
import type { ServerResponse } from 'node:http';
import type { HttpContext } from './context.ts';
import type { BodyLimits } from './request-body.ts';

/** `response`: that to the request. `bytesMax`: bytes of the body. */
export function bodyLimitsOf(
  { limits, connections, readTurns }: Pick<HttpContext, 'limits' | 'connections' | 'readTurns'>,
  response: ServerResponse,
  bytesMax: number,
): BodyLimits {
  const { socket } = response.req;
  return {
    ...{ bytesMax, timeoutMs: limits.bodyTimeoutMs },
    hold: connections.holdOf(response),
    // A body that is complete is taken apart at once, which takes long if it is large.
    onPart: () => readTurns.onRead(socket),
  };
}
