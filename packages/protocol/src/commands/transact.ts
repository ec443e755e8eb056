/** `transact`: compares and changes several keys in one step. */
import { z } from 'zod';
import { countField, flagField, type RequestField, TooLargeError } from '../fields.ts';
import { valueBytesMax } from '../limits.ts';
import { pack, type Row, toBytes, toCount, toFlag, toRow, unpack } from '../rows.ts';
import {
  type Comparison,
  comparisonFromRow,
  comparisonToJson,
  comparisonToRow,
} from './comparison.ts';
import { type KeyOperationReply, keySpecOf, keySpecs, keySpecWithTag } from './key-operations.ts';
import type { CommandSpec } from './spec.ts';
import {
  checkShape,
  comparisonsSchema,
  type Operation,
  operationFromRow,
  operationsSchema,
  operationToJson,
  operationToRow,
  type TransactCommand,
  transactionItemsMax,
  transactTag,
} from './transaction.ts';

/** The reply to transact. */
export interface TransactReply {
  readonly type: 'transact';
  /** Whether all comparisons held. */
  readonly passed: boolean;
  /** The revision of the store after the transaction, and that of every write in it. */
  readonly revision: number;
  /**
   * The reply to each operation that was done, in order. `null` if they were too large: to be kept for a retry, or for
   * the memory that the server has for replies.
   */
  readonly results: readonly OperationReply[] | null;
}

/** The reply to an operation of a transaction. */
export type OperationReply = KeyOperationReply | TransactReply;

/** Bytes of an encoded transaction: room for one value of any size, and the other parts. */
export const transactionBytesMax = valueBytesMax + 16 * 1024;

const items = { of: 'items', min: 0, max: transactionItemsMax } as const;

const comparisonsField: RequestField<readonly Comparison[]> = {
  limits: items,
  json: comparisonsSchema,
  toJson: (comparisons) => comparisons.map(comparisonToJson),
  check: checkCount,
};

const operationsField: RequestField<readonly Operation[]> = {
  limits: items,
  json: operationsSchema,
  toJson: (operations) => operations.map(operationToJson),
  check: checkCount,
};

function checkCount<T>(list: readonly T[]): readonly T[] {
  if (list.length <= transactionItemsMax) return list;
  throw new TypeError(`A transaction has at most ${transactionItemsMax} items.`);
}

export const transact = {
  type: 'transact',
  tag: transactTag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/transact',
  fields: { if: comparisonsField, then: operationsField, else: operationsField },
  // Each list is packed by itself, so that requests and replies need no deeper rows than those of other commands.
  toRow: (command) => [
    transactTag,
    packed(command.if.map(comparisonToRow)),
    packed(command.then.map(operationToRow)),
    packed(command.else.map(operationToRow)),
  ],
  fromRow: (row): TransactCommand => {
    const lists = row.slice(1).map(toBytes);
    expectSize(lists.reduce((sum, list) => sum + list.length, 0));
    const [comparisons = [], then = [], otherwise = []] = lists.map(rowsIn);
    const command: TransactCommand = {
      type: 'transact',
      if: comparisons.map(comparisonFromRow),
      then: then.map(operationFromRow),
      else: otherwise.map(operationFromRow),
    };
    checkShape(command);
    return command;
  },
  check(command) {
    checkShape(command);
    // The fields of the parts are checked as they are read.
    transact.fromRow(transact.toRow(command));
  },
  reply: {
    toRow: replyToRow,
    fromRow: replyFromRow,
    json: {
      toJson: replyToJson,
      schema: z.lazy(() => replySchema),
    },
  },
  refusals: {
    readsTooLarge: {
      code: 'KV_TOO_LARGE',
      message: `The values that a transaction reads have at most ${transactionBytesMax} bytes together.`,
    },
  },
} as const satisfies CommandSpec<TransactCommand, TransactReply>;

function packed(row: Row): Uint8Array {
  return new Uint8Array(pack(row));
}

/** Counts the items before it decodes them. */
function rowsIn(list: Uint8Array): readonly Row[] {
  return checkCount(unpack(list)).map(toRow);
}

function expectSize(bytes: number): void {
  if (bytes <= transactionBytesMax) return;
  throw new TooLargeError(`A transaction has at most ${transactionBytesMax} bytes.`);
}

function replyToRow({ passed, revision, results }: TransactReply): Row {
  return [transactTag, passed, revision, results && packed(results.map(resultToRow))];
}

function resultToRow(reply: OperationReply): Row {
  return reply.type === 'transact' ? replyToRow(reply) : keySpecOf(reply).reply.toRow(reply);
}

/** Bytes of the values that the transaction has read: they are most of a large reply. */
export function bytesReadIn({ results }: TransactReply): number {
  let bytes = 0;
  for (const reply of results ?? []) {
    if (reply.type === 'transact') bytes += bytesReadIn(reply);
    else if (reply.type === 'get') bytes += reply.entry?.value.length ?? 0;
  }
  return bytes;
}

function replyFromRow([, passed, revision, results]: Row): TransactReply {
  return {
    type: 'transact',
    passed: toFlag(passed),
    revision: toCount(revision),
    results: results === null ? null : unpack(toBytes(results)).map(toRow).map(resultFromRow),
  };
}

function resultFromRow(row: Row): OperationReply {
  const tag = toCount(row[0]);
  return tag === transactTag ? replyFromRow(row) : keySpecWithTag(tag).reply.fromRow(row);
}

function replyToJson({ passed, revision, results }: TransactReply): object {
  return { passed, revision, results: results === null ? null : results.map(resultToJson) };
}

function resultToJson(reply: OperationReply): object {
  const { type } = reply;
  const body =
    reply.type === 'transact' ? replyToJson(reply) : keySpecOf(reply).reply.json.toJson(reply);
  return { type, ...body };
}

const resultSchema: z.ZodType<OperationReply> = z.lazy(() =>
  z
    .looseObject({ type: z.enum([...keySpecs.map(({ type }) => type), 'transact']) })
    .transform(({ type, ...body }, context): OperationReply => {
      const schema = type === 'transact' ? replySchema : keySpecOf({ type }).reply.json.schema;
      const parsed = schema.safeParse(body);
      if (parsed.success) return parsed.data;
      context.addIssue(`is no reply to ${type}`);
      return z.NEVER;
    }),
);

const replySchema: z.ZodType<TransactReply> = z
  .object({
    passed: flagField.json,
    revision: countField.json,
    results: z.array(resultSchema).nullable(),
  })
  .transform((members) => ({ type: 'transact', ...members }) as const);
