/** What each request is called over HTTP, and how its reply is read. */
import { commands, paths, requestToJson, statusSchema } from '@paxkv/protocol';
import { isStatusRequest, type Reply, type Request } from '../request.ts';
import type { Message } from './carrier.ts';

/** The request as it stands at this moment. */
export function toMessage(request: Request): Message {
  if (isStatusRequest(request)) return { path: paths.status };
  return { path: paths[request.command.type], body: requestToJson(request) };
}

/** @throws ZodError unless `body` is a reply to such a request. */
export function toReply(request: Request, body: unknown): Reply {
  if (isStatusRequest(request)) return { type: 'status', status: statusSchema.parse(body) };
  return commands[request.command.type].reply.json.schema.parse(body);
}
