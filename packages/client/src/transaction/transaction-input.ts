/** Transactions as programs write them: plain data with text or bytes. This file turns them into commands. */
import type { CommandOf, Comparison, CountProperty, Operation, Relation } from '@paxkv/protocol';
import { toInteger, toKeyBytes, toValueBytes, type Writable } from '../encoding.ts';
import { type LeaseOptions, toPut } from '../lease/leased-put.ts';

/**
 * Compares a property of a key with a constant. An absent key has 0 in each property that is a number, and no value:
 * no comparison of its value holds.
 */
export type ConditionInput<V = Writable> =
  | {
      readonly key: Writable;
      readonly of: CountProperty;
      readonly is: Relation;
      readonly to: number;
    }
  | {
      readonly key: Writable;
      readonly of: 'value';
      readonly is: Relation;
      /** The encoded value is compared. */
      readonly to: V;
    };

/** One operation of a transaction. */
export type OperationInput<V = Writable> =
  | { readonly type: 'get' | 'delete'; readonly key: Writable }
  | ({ readonly type: 'put'; readonly key: Writable; readonly value: V } & LeaseOptions)
  | { readonly type: 'append'; readonly key: Writable; readonly value: Writable }
  | { readonly type: 'increment'; readonly key: Writable; readonly by?: bigint | number }
  | ({ readonly type: 'transact' } & TransactionInput<V>);

/**
 * A transaction: if every condition in `if` holds, the operations in `then` are done in order, otherwise those in
 * `else`. All of it is one step, at one revision. At most 128 conditions and operations together.
 */
export interface TransactionInput<V = Writable> {
  readonly if?: readonly ConditionInput<V>[];
  readonly then?: readonly OperationInput<V>[];
  readonly else?: readonly OperationInput<V>[];
}

/** How the keys and values of a transaction are stored. */
export interface Encoders<V> {
  toKey(key: Writable): Uint8Array;
  toValue(value: V): Uint8Array;
}

const plain: Encoders<Writable> = { toKey: toKeyBytes, toValue: toValueBytes };

/** @throws TypeError for input of another form; KvError `KV_BAD_REQUEST`, `KV_TOO_LARGE`; what `encoders` throw. */
export function toTransactCommand(input: TransactionInput): CommandOf<'transact'>;
export function toTransactCommand<V>(
  input: TransactionInput<V>,
  encoders: Encoders<V>,
): CommandOf<'transact'>;
export function toTransactCommand(
  input: TransactionInput,
  encoders: Encoders<Writable> = plain,
): CommandOf<'transact'> {
  return toCommand(input, encoders);
}

function toCommand<V>(input: TransactionInput<V>, encoders: Encoders<V>): CommandOf<'transact'> {
  expectNames('transaction', input, ['type', 'if', 'then', 'else']);
  const operation = (each: OperationInput<V>) => toOperation(each, encoders);
  return {
    type: 'transact',
    if: toList('if', input.if).map((each) => toComparison(each, encoders)),
    then: toList('then', input.then).map(operation),
    else: toList('else', input.else).map(operation),
  };
}

const countProperties: readonly unknown[] = ['createRevision', 'modRevision', 'version'];
const relations: readonly unknown[] = ['=', '!=', '<', '>'];

function toComparison<V>(input: ConditionInput<V>, encoders: Encoders<V>): Comparison {
  expectNames('condition', input, ['key', 'of', 'is', 'to']);
  const { is } = input;
  const key = encoders.toKey(input.key);
  if (!relations.includes(is)) {
    throw new TypeError(`is is "${String(is)}"; it must be "=", "!=", "<" or ">"`);
  }
  if (input.of === 'value') return { key, of: 'value', is, to: encoders.toValue(input.to) };
  const { of, to } = input;
  if (!countProperties.includes(of)) {
    const known = 'value, modRevision, createRevision or version';
    throw new TypeError(`of is "${String(of)}"; it must be ${known}`);
  }
  if (Number.isSafeInteger(to) && to >= 0) return { key, of, is, to };
  throw new TypeError(`to is ${String(to)}; a ${of} is compared with a whole number from 0`);
}

function toOperation<V>(input: OperationInput<V>, encoders: Encoders<V>): Operation {
  switch (input?.type) {
    case 'get':
    case 'delete':
      expectNames(input.type, input, ['type', 'key']);
      return { type: input.type, key: encoders.toKey(input.key) };
    case 'put':
      expectNames('put', input, ['type', 'key', 'value', 'lease', 'ttlMs']);
      return toPut({ key: encoders.toKey(input.key), value: encoders.toValue(input.value) }, input);
    case 'append':
      expectNames('append', input, ['type', 'key', 'value']);
      return { type: 'append', key: encoders.toKey(input.key), value: toValueBytes(input.value) };
    case 'increment':
      expectNames(input.type, input, ['type', 'key', 'by']);
      return { type: 'increment', key: encoders.toKey(input.key), by: toInteger(input.by ?? 1n) };
    case 'transact':
      return toCommand(input, encoders);
    default:
      throw new TypeError(
        'an operation of a transaction has the type get, put, append, delete, increment or transact',
      );
  }
}

function toList<T>(name: string, list: readonly T[] | undefined): readonly T[] {
  if (list === undefined) return [];
  if (Array.isArray(list)) return list;
  throw new TypeError(`${name} must be an array`);
}

/** A misspelled name would leave out a condition. @throws TypeError */
function expectNames(what: string, input: object, known: readonly string[]): void {
  if (typeof input !== 'object' || input === null) throw new TypeError(`a ${what} is an object`);
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`unknown name "${unknown}" in a ${what}; it has ${known.join(', ')}`);
}
