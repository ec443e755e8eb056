/**
 * Requests to a server and its replies: those of the protocol, and the request for the server's status,
 * which is not a command.
 */
import type { Request as CommandRequest, DoneReply, StatusReply } from '@paxkv/protocol';

/** Asks a server for its status. */
export interface StatusRequest {
  readonly command: { readonly type: 'status' };
}

export type RequestType = Request['command']['type'];

/** Any request. */
export type Request = CommandRequest | StatusRequest;

/** A reply. Its type is that of the command of its request. */
export type Reply = DoneReply | { readonly type: 'status'; readonly status: StatusReply };

export type ReplyTo<Q extends Request> = Extract<Reply, { readonly type: Q['command']['type'] }>;

export function isReplyTo<Q extends Request>({ command }: Q, reply: Reply): reply is ReplyTo<Q> {
  return reply.type === command.type;
}

/** Whether it asks for the status, which is not a command, so that no stream carries it. */
export function isStatusRequest(request: Request): request is StatusRequest {
  return request.command.type === 'status';
}
