export type {
  AppendReply,
  AuthTable,
  Consistency,
  CountProperty,
  DeleteReply,
  KvErrorCode,
  Outcome,
  PeerStatus,
  PutReply,
  Relation,
  Right,
  RightKind,
  Role,
  ScrubStatus,
  Stamp,
  StatusReply,
  TokenHash,
  User,
  Versions,
} from '@paxkv/protocol';
export { errorCodes, KvError, keyBytesMax, valueBytesMax } from '@paxkv/protocol';
export type { AuthAdmin, VersionedAuthTable } from './auth-admin.ts';
export type { ClusterPin } from './cluster-pin.ts';
export type { ClientTlsOptions, Credentials, TokenSource } from './credentials.ts';
export type {
  Attributes,
  CallEvent,
  ClientEvent,
  ClientEventMap,
  ClientEvents,
  ClientListener,
  ConnectionEvent,
  LeaderEvent,
  ListenerOptions,
  RetryEvent,
  SessionEvent,
} from './diagnostics/client-events.ts';
export type { Writable } from './encoding.ts';
export {
  type Attempt,
  type Clock,
  type Environment,
  type Exchange,
  ExchangeError,
  type ExchangeListener,
  type Random,
} from './environment.ts';
export { HttpExchange } from './http/http-exchange.ts';
export type { InProcessServer } from './in-process/direct-exchange.ts';
export { KvClient } from './kv-client.ts';
export type { CampaignOptions, HeldLeadership, Leadership } from './lease/election.ts';
export type { LockOptions } from './lease/head-of-line.ts';
export type { Leader } from './lease/leaders.ts';
export type { Lease } from './lease/lease.ts';
export type { LeaseOptions, PutOptions } from './lease/leased-put.ts';
export type { Leases } from './lease/leases.ts';
export type { HeldLock, Lock } from './lease/lock.ts';
export type { Namespace } from './namespace.ts';
export type {
  CallOptions,
  ClientOptions,
  GetOptions,
  KvClientOptions,
  Target,
  Transport,
} from './options.ts';
export type { ScannedEntry, ScannedKey } from './range/range-calls.ts';
export type { CountOptions, RangeInput, ScanOptions } from './range/range-input.ts';
export type { Scan, ScanPage } from './range/scan.ts';
export type { DeletedRange } from './range/whole-range.ts';
export type { Reply, Request, StatusRequest } from './request.ts';
export type { EndpointStatus, Entry, WriteResult } from './results.ts';
export type { Answer, HttpTransport, Message } from './system/network.ts';
export { systemEnvironment } from './system-environment.ts';
export type { Condition, ConditionalOptions } from './transaction/condition.ts';
export type { ConditionalResult, ConditionalType } from './transaction/conditional-write.ts';
export type { TransactionView } from './transaction/optimistic.ts';
export type {
  ConditionInput,
  OperationInput,
  TransactionInput,
} from './transaction/transaction-input.ts';
export type { OperationResult, TransactionResult } from './transaction/transaction-result.ts';
export type { Change } from './transaction/update.ts';
export type {
  BytesEncoding,
  EncodingName,
  EncodingOption,
  GivenEncoding,
  Key,
  TextEncoding,
  Value,
  ValueEncoding,
  WritableValue,
} from './value-encoding.ts';
export type {
  Watch,
  WatchBatch,
  WatchEvent,
  WatchedChange,
  WatchedDelete,
  WatchedPut,
  WatchProgress,
} from './watch/watch.ts';
export type { WatchedRange, WatchOptions } from './watch/watch-input.ts';
