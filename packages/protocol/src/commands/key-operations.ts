/** The commands about one key that a transaction may consist of. */
import type { RequestField } from '../fields.ts';
import { type AppendCommand, type AppendReply, append } from './append.ts';
import { type DeleteCommand, type DeleteReply, deleteKey } from './delete.ts';
import { type GetCommand, type GetReply, get } from './get.ts';
import { type IncrementCommand, type IncrementReply, increment } from './increment.ts';
import { type PutCommand, type PutReply, put } from './put.ts';
import { type PutLeasedCommand, type PutLeasedReply, putLeased } from './put-leased.ts';
import { type PutTtlCommand, type PutTtlReply, putTtl } from './put-ttl.ts';
import type { CommandSpec } from './spec.ts';

/** A command about one key, as an operation of a transaction. */
export type KeyOperation =
  | GetCommand
  | PutCommand
  | AppendCommand
  | DeleteCommand
  | IncrementCommand
  | PutLeasedCommand
  | PutTtlCommand;

/** The reply to an operation about one key. */
export type KeyOperationReply =
  | GetReply
  | PutReply
  | AppendReply
  | DeleteReply
  | IncrementReply
  | PutLeasedReply
  | PutTtlReply;

/** The specification of such a command. */
export interface KeySpec extends Omit<CommandSpec<KeyOperation, KeyOperationReply>, 'fields'> {
  readonly type: KeyOperation['type'];
  readonly fields: Readonly<Record<string, RequestField<unknown>>>;
}

const byType = {
  get,
  put,
  append,
  delete: deleteKey,
  increment,
  putLeased,
  putTtl,
} as unknown as Readonly<Record<KeyOperation['type'], KeySpec>>;

export const keySpecs: readonly KeySpec[] = Object.values(byType);

export function keySpecOf({ type }: { readonly type: KeyOperation['type'] }): KeySpec {
  return byType[type];
}

/** @throws TypeError unless an operation of a transaction has this tag. */
export function keySpecWithTag(tag: number): KeySpec {
  const spec = keySpecs.find((each) => each.tag === tag);
  if (spec !== undefined) return spec;
  throw new TypeError(`A transaction has no operation of tag ${tag}.`);
}
