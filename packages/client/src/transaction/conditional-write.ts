/** Writes that depend on a condition. A condition that does not hold is a result, and not an error. */
import type { CommandOf, Entry as StoredEntry, WriteReply } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { Codec } from '../codec.ts';
import { type PutCommand, putOptionNames } from '../lease/leased-put.ts';
import type { CallOptions } from '../options.ts';
import type { Entry, WriteResult } from '../results.ts';
import type { Value, WritableValue } from '../value-encoding.ts';
import {
  type ConditionalOptions,
  conditionalOptionNames,
  isConditional,
  toComparisons,
} from './condition.ts';
import { resultsGone } from './transaction-result.ts';

/** The types of writes that may depend on a condition. */
export type ConditionalType = 'put' | 'append' | 'delete' | 'increment';

/** The result of a write that depends on a condition. */
export type ConditionalResult<T extends ConditionalType, V> =
  | ({ readonly done: true } & WriteResult<T>)
  | {
      /** The condition did not hold, and nothing was written. */
      readonly done: false;
      /** The entry that it did not hold for; `undefined` if the key is absent. */
      readonly current: Entry<V> | undefined;
    };

export interface Writing<E> {
  readonly calls: Pick<Calls, 'read' | 'write'>;
  readonly codec: Codec<E>;
}

/** Writes `command`, if the condition in `options` holds or there is none. @throws KvError with the outcome */
export async function write<T extends ConditionalType, E>(
  { calls, codec }: Writing<E>,
  command: CommandOf<T> | PutCommand,
  options: CallOptions | ConditionalOptions<WritableValue<E>> | undefined,
): Promise<WriteResult<T> | ConditionalResult<T, Value<E>>> {
  if (!isConditional(options)) {
    const reply = await calls.write(command, options, namesFor(command));
    return withoutType(reply) as WriteResult<T>;
  }
  const get = { type: 'get', key: command.key } as const;
  const conditions = toComparisons(command.key, options, (value) => codec.toValue(value));
  const transaction = { type: 'transact', if: conditions, then: [command], else: [get] } as const;
  const reply = await calls.write(transaction, options, namesFor(command));
  const [result] = reply.results ?? [];
  if (reply.passed) {
    if (result?.type !== command.type) throw resultsGone(reply);
    return { done: true, ...(withoutType(result) as WriteResult<T>) };
  }
  // Large values are not kept for a retry. The condition did not hold; what the key has by now is as good.
  const { entry } = result?.type === 'get' ? result : await calls.read(get, limitsOf(options));
  return { done: false, current: entry && decoded(entry, codec) };
}

function namesFor({ type }: CommandOf<ConditionalType> | PutCommand): readonly string[] {
  return type.startsWith('put') ? putOptionNames : conditionalOptionNames;
}

function limitsOf({ signal, timeoutMs }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
}

function decoded<E>(entry: StoredEntry, codec: Codec<E>): Entry<Value<E>> {
  return { ...entry, value: codec.fromValue(entry.value) };
}

function withoutType({ type: _, ...result }: WriteReply): object {
  return result;
}
