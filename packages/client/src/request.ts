/**
 * What is asked of a server and what it answers, with bytes as they are. Each exchange puts it into words
 * of its own: JSON over HTTP, rows over a stream.
 */
import type {
  AppendReply,
  Consistency,
  DeleteReply,
  OpenSessionReply,
  PutReply,
  SessionStamp,
  StatusReply,
  Versions,
} from '@paxkv/protocol';

export interface GetRequest {
  readonly type: 'get';
  readonly key: Uint8Array;
  readonly consistency: Consistency;
}
export interface PutRequest {
  readonly type: 'put';
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** May change between attempts, as the first outstanding number rises: read it when the request leaves. */
  readonly stamp: SessionStamp;
}
export interface AppendRequest {
  readonly type: 'append';
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly stamp: SessionStamp;
}
export interface DeleteRequest {
  readonly type: 'delete';
  readonly key: Uint8Array;
  readonly stamp: SessionStamp;
}
export interface OpenSessionRequest {
  readonly type: 'openSession';
  readonly client: string;
}
export interface StatusRequest {
  readonly type: 'status';
}

/** Takes effect once however often it arrives, for it has a stamp. */
export type WriteRequest = PutRequest | AppendRequest | DeleteRequest;
export type Request = GetRequest | WriteRequest | OpenSessionRequest | StatusRequest;

/** A present key's value as bytes, and where it stands in the history. */
export interface RawEntry extends Versions {
  readonly value: Uint8Array;
}

/** Of the same type as its request. */
export type Reply =
  | { readonly type: 'get'; readonly entry: RawEntry | undefined }
  | ({ readonly type: 'put' } & PutReply)
  | ({ readonly type: 'append' } & AppendReply)
  | ({ readonly type: 'delete' } & DeleteReply)
  | ({ readonly type: 'openSession' } & OpenSessionReply)
  | { readonly type: 'status'; readonly status: StatusReply };

export type ReplyTo<Q extends Request> = Extract<Reply, { readonly type: Q['type'] }>;

export function isReplyTo<Q extends Request>(request: Q, reply: Reply): reply is ReplyTo<Q> {
  return reply.type === request.type;
}
