/** How a request that came by HTTP is submitted to the service. */
import type { ServerResponse } from 'node:http';
import type { CommandType } from '@paxkv/protocol';
import { RequestTiming } from '../../replica/request-timing.ts';
import type { SubmitOptions } from '../../replica/submitter.ts';
import type { HttpContext } from './context.ts';
import { requestIdOf } from './request-id.ts';

/** The value, and its text. Text that is mostly escapes takes more; that is counted once it is made. */
const jsonFactor = 2;

/**
 * Called when the request has arrived completely: its time begins, and what it waited for its turn counts too. It ends
 * early if its client disconnects.
 * `valueFactor`: bytes of the reply for each byte of a value in it. Default: for JSON.
 */
export function submissionOf(
  context: Pick<HttpContext, 'connections' | 'authenticator' | 'observer'>,
  response: ServerResponse,
  command: CommandType,
  valueFactor = jsonFactor,
): SubmitOptions {
  const { connections, authenticator, observer } = context;
  const origin = { transport: 'http', id: requestIdOf(response) } as const;
  const timing = new RequestTiming(
    command,
    origin,
    performance.now() - connections.waitOf(response),
  );
  const principal = authenticator.principalOf(response.req);
  response.once('close', () => observer.onSent(timing));
  const signal = connections.signalOf(response);
  const client = connections.clientOf(response, principal);
  const room = connections.holdOf(response)?.room(valueFactor);
  return { signal, principal, timing, client, room };
}
