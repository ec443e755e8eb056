export type { Encoding, Values, Writable } from './encoding.ts';
export {
  type Attempt,
  type Clock,
  type Environment,
  type Exchange,
  ExchangeError,
  type Random,
} from './environment.ts';
export { KvError } from './errors.ts';
export { type EndpointStatus, type Entry, KvClient } from './kv-client.ts';
export type { CallOptions, GetOptions, KvClientOptions, Transport } from './options.ts';
export type { Consistency, KvErrorCode, Outcome, StatusReply } from './protocol.ts';
export type { RawEntry, Reply, Request } from './request.ts';
export { systemEnvironment } from './system-environment.ts';
export type { Answer, Carrier, Message } from './wire/carrier.ts';
export { MessageExchange } from './wire/message-exchange.ts';
