export type { Encoding, Values, Writable } from './encoding.ts';
export {
  type Answer,
  type Clock,
  type Environment,
  type Exchange,
  ExchangeError,
  type Message,
  type Random,
} from './environment.ts';
export { KvError } from './errors.ts';
export { type EndpointStatus, type Entry, KvClient } from './kv-client.ts';
export type { CallOptions, KvClientOptions } from './options.ts';
export type { KvErrorCode, Outcome, StatusReply } from './protocol.ts';
export { systemEnvironment } from './system-environment.ts';
