/** How a request that came by HTTP is submitted to the service. */
import type { ServerResponse } from 'node:http';
import type { CommandType } from '@paxkv/protocol';
import { RequestTiming } from '../../replica/request-timing.ts';
import type { SubmitOptions } from '../../replica/submitter.ts';
import { ownerAt } from '../security/session-owner.ts';
import type { HttpContext } from './context.ts';
import { requestIdOf } from './request-id.ts';

/** Called when the request has arrived completely: its time begins. It ends early if its client disconnects. */
export function submissionOf(
  context: Pick<HttpContext, 'connections' | 'authenticator' | 'observer'>,
  response: ServerResponse,
  command: CommandType,
): SubmitOptions {
  const timing = new RequestTiming(command, { transport: 'http', id: requestIdOf(response) });
  const { connections, authenticator, observer } = context;
  const principal = authenticator.principalOf(response.req);
  response.once('close', () => observer.onSent(timing));
  // Only sessions have owners.
  const owner = command === 'openSession' ? ownerAt(response.req.socket) : undefined;
  return { signal: connections.signalOf(response), principal, owner, timing };
}
