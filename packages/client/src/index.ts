export type {
  AppendReply,
  Consistency,
  DeleteReply,
  KvErrorCode,
  Outcome,
  PeerStatus,
  PutReply,
  SessionStamp,
  StatusReply,
  Versions,
} from '@paxkv/protocol';
export { errorCodes, KvError, keyBytesMax, valueBytesMax } from '@paxkv/protocol';
export type { Encoding, Values, Writable } from './encoding.ts';
export {
  type Attempt,
  type Clock,
  type Environment,
  type Exchange,
  ExchangeError,
  type Random,
} from './environment.ts';
export type { Answer, Carrier, Message } from './http/carrier.ts';
export { MessageExchange } from './http/message-exchange.ts';
export type { InProcessServer } from './in-process/direct-exchange.ts';
export { type EndpointStatus, type Entry, KvClient } from './kv-client.ts';
export type {
  CallOptions,
  ClientOptions,
  GetOptions,
  KvClientOptions,
  Target,
  Transport,
} from './options.ts';
export type {
  AppendRequest,
  DeleteRequest,
  GetRequest,
  OpenSessionRequest,
  PutRequest,
  RawEntry,
  Reply,
  Request,
  StatusRequest,
  WriteRequest,
} from './request.ts';
export { systemEnvironment } from './system-environment.ts';
