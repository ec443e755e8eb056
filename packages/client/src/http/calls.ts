/** Converts requests and replies to and from their HTTP form. */
import { commands, paths, requestToJson, statusSchema } from '@paxkv/protocol';
import { isStatusRequest, type Reply, type Request } from '../request.ts';
import type { Message } from '../system/network.ts';

/** The HTTP message of a request, with the current values of its stamp. */
export function toMessage(request: Request): Message {
  if (isStatusRequest(request)) return { path: paths.status };
  return { path: paths[request.command.type], body: requestToJson(request) };
}

/** @throws ZodError if `body` is no reply to `request`. */
export function toReply(request: Request, body: unknown): Reply {
  if (isStatusRequest(request)) return { type: 'status', status: statusSchema.parse(body) };
  return commands[request.command.type].reply.json.schema.parse(body);
}
