/** What a transaction returns, with the values as the client decodes them. */
import { KvError, type OperationReply, type ReplyOf } from '@paxkv/protocol';
import type { Entry, WriteResult } from '../results.ts';

/** The result of one operation of a transaction. */
export type OperationResult<V> =
  | {
      readonly type: 'get';
      /** `undefined` if the key is absent. */
      readonly entry: Entry<V> | undefined;
    }
  | ({ readonly type: 'put' } & WriteResult<'put'>)
  | ({ readonly type: 'append' } & WriteResult<'append'>)
  | ({ readonly type: 'delete' } & WriteResult<'delete'>)
  | ({ readonly type: 'increment' } & WriteResult<'increment'>)
  | ({ readonly type: 'transact' } & TransactionResult<V>);

/** The result of a transaction. */
export interface TransactionResult<V> {
  /** Whether all conditions held. */
  readonly passed: boolean;
  /** The revision of the store after the transaction, and that of every write in it. */
  readonly revision: number;
  /** The result of each operation that was done, in order. */
  readonly results: readonly OperationResult<V>[];
}

/** @throws KvError `KV_REPLY_GONE`, *done*, if the reply has no results; what `decode` throws. */
export function toTransactionResult<V>(
  reply: ReplyOf<'transact'>,
  decode: (value: Uint8Array) => V,
): TransactionResult<V> {
  const { passed, revision, results } = reply;
  if (results === null) throw resultsGone(reply);
  return { passed, revision, results: results.map((each) => toResult(each, decode)) };
}

/** The error for a reply without the results that its caller needs. */
export function resultsGone({ passed, revision }: ReplyOf<'transact'>): KvError {
  const branch = passed ? 'then' : 'else';
  const message = `the transaction was done at revision ${revision} by its branch "${branch}"`;
  const details = { outcome: 'done' } as const;
  return new KvError('KV_REPLY_GONE', `${message}, but its results were too large`, details);
}

function toResult<V>(reply: OperationReply, decode: (value: Uint8Array) => V): OperationResult<V> {
  switch (reply.type) {
    case 'get': {
      const { entry } = reply;
      return { type: 'get', entry: entry && { ...entry, value: decode(entry.value) } };
    }
    case 'transact':
      return { type: 'transact', ...toTransactionResult(reply, decode) };
    case 'putLeased':
    case 'putTtl':
      return { type: 'put', revision: reply.revision };
    default:
      return reply;
  }
}
