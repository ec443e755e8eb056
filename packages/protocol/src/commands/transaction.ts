/**
 * Transactions: comparisons and operations on several keys, as one step. Their forms in rows and in JSON.
 * Source: etcd's mini-transactions; Sinfonia (Aguilera et al., 2007).
 */
import { z } from 'zod';
import type { Row } from '../rows.ts';
import { toCount, toRow } from '../rows.ts';
import {
  type Comparison,
  comparisonFromRow,
  comparisonSchema,
  comparisonToJson,
  comparisonToRow,
} from './comparison.ts';
import {
  type KeyOperation,
  type KeySpec,
  keySpecOf,
  keySpecs,
  keySpecWithTag,
} from './key-operations.ts';
import { jsonOf } from './spec.ts';

/**
 * No other request comes in between, and all of it takes effect or nothing does. If every comparison in `if` holds, the
 * operations in `then` are done in order, otherwise those in `else`. Each sees the effects of those before it.
 */
export interface Transaction {
  readonly if: readonly Comparison[];
  readonly then: readonly Operation[];
  readonly else: readonly Operation[];
}

/** A transaction as a command, and as an operation of another one. */
export interface TransactCommand extends Transaction {
  readonly type: 'transact';
}

/** One operation of a transaction. */
export type Operation = KeyOperation | TransactCommand;

/** The tag of transactions, in requests and in replies. */
export const transactTag = 12;

/** Comparisons and operations of a transaction, those of the transactions in it included. */
export const transactionItemsMax = 128;
/** How deep transactions may be nested. The outermost one is at depth 1. */
export const transactionDepthMax = 3;

/** @throws TypeError for a transaction with too many items or too deep a nesting. */
export function checkShape(transaction: Transaction): void {
  const { items, depth } = shapeOf(transaction);
  if (depth > transactionDepthMax) {
    throw new TypeError(`Transactions may be nested ${transactionDepthMax} deep.`);
  }
  if (items > transactionItemsMax) {
    throw new TypeError(
      `A transaction has at most ${transactionItemsMax} comparisons and operations together.`,
    );
  }
}

/** All operations of the transaction, in both branches, those of the transactions in it included. */
export function* operationsOf(transaction: Transaction): Generator<KeyOperation> {
  for (const operation of [...transaction.then, ...transaction.else]) {
    if (operation.type === 'transact') yield* operationsOf(operation);
    else yield operation;
  }
}

/** All comparisons of the transaction, those of the transactions in it included. */
export function* comparisonsOf(transaction: Transaction): Generator<Comparison> {
  yield* transaction.if;
  for (const operation of [...transaction.then, ...transaction.else]) {
    if (operation.type === 'transact') yield* comparisonsOf(operation);
  }
}

/** Recursion ends at the limit, since the members of a JSON body may be nested deeper than the stack is. */
function shapeOf(transaction: Transaction, at = 1): { items: number; depth: number } {
  let items = transaction.if.length + transaction.then.length + transaction.else.length;
  let depth = at;
  if (at > transactionDepthMax) return { items, depth };
  for (const operation of [...transaction.then, ...transaction.else]) {
    if (operation.type !== 'transact') continue;
    const inner = shapeOf(operation, at + 1);
    items += inner.items;
    depth = Math.max(depth, inner.depth);
  }
  return { items, depth };
}

/** The row of an operation in that of its transaction. */
export function operationToRow(operation: Operation): Row {
  if (operation.type !== 'transact') return keySpecOf(operation).toRow(operation);
  return [
    transactTag,
    operation.if.map(comparisonToRow),
    operation.then.map(operationToRow),
    operation.else.map(operationToRow),
  ];
}

/** @throws TooLargeError, TypeError unless `row` is exactly an operation within its limits. */
export function operationFromRow(row: Row): Operation {
  const tag = toCount(row[0]);
  if (tag === transactTag) return nestedFromRow(row);
  const spec = keySpecWithTag(tag);
  if (row.length === 1 + Object.keys(spec.fields).length) return spec.fromRow(row);
  throw new TypeError(`The row of an operation ${spec.type} has ${row.length} fields.`);
}

function nestedFromRow(row: Row): TransactCommand {
  if (row.length !== 4) throw new TypeError('The row of a nested transaction has 4 fields.');
  return {
    type: 'transact',
    if: toRow(row[1]).map(toRow).map(comparisonFromRow),
    then: toRow(row[2]).map(toRow).map(operationFromRow),
    else: toRow(row[3]).map(toRow).map(operationFromRow),
  };
}

/** Decodes the comparisons of a transaction from a JSON body. */
export const comparisonsSchema = bounded(listOf(comparisonSchema));

/** Decodes the operations of the outermost transaction from a JSON body, nested no deeper than the limit. */
export const operationsSchema = bounded(operationsSchemaAt(1));

/** Counts the items of a list before it decodes any, which takes far longer. */
function bounded<T extends z.ZodType>(schema: T): z.ZodPrefault<z.ZodPreprocess<T>> {
  const expectFew = (list: unknown, context: z.RefinementCtx) => {
    if (itemsIn(list, transactionDepthMax) <= transactionItemsMax) return list;
    context.addIssue(`has more than ${transactionItemsMax} items`);
    return z.NEVER;
  };
  return z.preprocess(expectFew, schema).prefault([]);
}

/** The items of a list in a JSON body, and of the lists in them as deep as operations may be nested. */
function itemsIn(list: unknown, depth: number): number {
  if (!Array.isArray(list)) return 0;
  let count = list.length;
  if (depth === 1 || count > transactionItemsMax) return count;
  for (const item of list) {
    if (typeof item !== 'object' || item === null) continue;
    for (const name of ['if', 'then', 'else']) count += itemsIn(Reflect.get(item, name), depth - 1);
  }
  return count;
}

function listOf<T extends z.ZodType>(item: T) {
  return z.array(item).max(transactionItemsMax).prefault([]);
}

function operationsSchemaAt(depth: number): z.ZodType<readonly Operation[]> {
  const nested = depth === transactionDepthMax ? [] : [nestedSchemaAt(depth + 1)];
  // By the type alone, so that an item is decoded by one schema, and an error is that of its command.
  const schemas = [...keySpecs.map(keyOperationSchema), ...nested] as unknown;
  const operation = z.discriminatedUnion('type', schemas as [z.ZodObject, ...z.ZodObject[]]);
  return listOf(operation as unknown as z.ZodType<Operation>);
}

function nestedSchemaAt(depth: number): z.ZodType<TransactCommand> {
  const operations = operationsSchemaAt(depth);
  return z.strictObject({
    type: z.literal('transact'),
    if: listOf(comparisonSchema),
    then: operations,
    else: operations,
  });
}

function keyOperationSchema({ type, fields }: KeySpec): z.ZodType<KeyOperation> {
  const members = Object.fromEntries(
    Object.entries(fields).map(([name, { json }]) => [name, json]),
  );
  const schema = z.strictObject({ type: z.literal(type), ...members });
  return schema as unknown as z.ZodType<KeyOperation>;
}

/** The operation in the form of JSON bodies. */
export function operationToJson(operation: Operation): object {
  const { type } = operation;
  if (operation.type !== 'transact') {
    return { type, ...jsonOf(operation, Object.entries(keySpecOf(operation).fields)) };
  }
  return {
    type,
    if: operation.if.map(comparisonToJson),
    then: operation.then.map(operationToJson),
    else: operation.else.map(operationToJson),
  };
}
