/** What the methods of a client return. */
import type { KvError, ReplyOf, StatusReply, Versions, WriteType } from '@paxkv/protocol';

/** A present key: its value and the revisions at which it was written. */
export interface Entry<V> extends Versions {
  readonly value: V;
}

/** What a write returns. */
export type WriteResult<T extends WriteType> = Omit<ReplyOf<T>, 'type'>;

/** The status of one server, or the error of the request for it. */
export type EndpointStatus =
  | { readonly endpoint: string; readonly status: StatusReply; readonly error?: undefined }
  | { readonly endpoint: string; readonly status?: undefined; readonly error: KvError };
