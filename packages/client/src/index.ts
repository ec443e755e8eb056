export type { Consistency, KvErrorCode, Outcome, StatusReply } from '@paxkv/protocol';
export { KvError } from '@paxkv/protocol';
export type { Encoding, Values, Writable } from './encoding.ts';
export {
  type Attempt,
  type Clock,
  type Environment,
  type Exchange,
  ExchangeError,
  type Random,
} from './environment.ts';
export { HttpExchange } from './http/http-exchange.ts';
export { type EndpointStatus, type Entry, KvClient } from './kv-client.ts';
export type { CallOptions, GetOptions, KvClientOptions, Transport } from './options.ts';
export type { Reply, Request } from './request.ts';
export type { Answer, HttpTransport, Message } from './system/network.ts';
export { systemEnvironment } from './system-environment.ts';
