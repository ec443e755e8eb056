/** Hands requests to the replica, and tells its refusals apart from its replies. */
import type { Bytes, Reply, Request } from '@paxkv/protocol';
import { type Consistency, KvError, keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import type { Submitter } from '../replica/submitter.ts';
import { refusalToError } from './refusal.ts';

type ReplyOf<T extends Reply['type']> = Extract<Reply, { type: T }>;

export interface Submission<T extends Reply['type']> {
  readonly request: Request;
  /** What the replica answers to such a request. */
  readonly expects: T;
  readonly signal: AbortSignal | undefined;
  /** Of a get. */
  readonly consistency?: Consistency | undefined;
}

/** @throws KvError for a refusal, and whatever the submitter throws. */
export async function submit<T extends Reply['type']>(
  submitter: Submitter,
  { request, expects, signal, consistency }: Submission<T>,
): Promise<ReplyOf<T>> {
  const reply = await submitter.submit(request, {
    ...(signal && { signal }),
    ...(consistency && { consistency }),
  });
  if (isReply(reply, expects)) return reply;
  if (reply.type === 'refused') throw refusalToError(reply.reason);
  throw new TypeError(`the replica answered ${reply.type} where ${expects} was due`);
}

/** @throws KvError `KV_BAD_REQUEST` if it is empty, `KV_TOO_LARGE`. */
export function checkKey(key: Bytes): Bytes {
  if (key.length === 0) throw new KvError('KV_BAD_REQUEST', 'A key has at least 1 byte.');
  if (key.length > keyBytesMax) {
    throw new KvError('KV_TOO_LARGE', `A key has at most ${keyBytesMax} bytes.`);
  }
  return key;
}

/** @throws KvError `KV_TOO_LARGE`. */
export function checkValue(value: Bytes): Bytes {
  if (value.length > valueBytesMax) {
    throw new KvError('KV_TOO_LARGE', `A value has at most ${valueBytesMax} bytes.`);
  }
  return value;
}

function isReply<T extends Reply['type']>(reply: Reply, type: T): reply is ReplyOf<T> {
  return reply.type === type;
}
