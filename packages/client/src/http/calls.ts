/** Requests and replies in the form that HTTP has for them. */
import { commands, paths, requestToJson, statusSchema } from '@paxkv/protocol';
import { isStatusRequest, type Reply, type Request } from '../request.ts';
import type { Message } from '../system/network.ts';

/** The request with its stamp as it is now. */
export function toMessage(request: Request): Message {
  if (isStatusRequest(request)) return { path: paths.status };
  return { path: paths[request.command.type], body: requestToJson(request) };
}

/** @throws ZodError unless `body` is a reply to such a request. */
export function toReply(request: Request, body: unknown): Reply {
  if (isStatusRequest(request)) return { type: 'status', status: statusSchema.parse(body) };
  return commands[request.command.type].reply.json.schema.parse(body);
}
