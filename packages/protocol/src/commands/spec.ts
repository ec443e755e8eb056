/**
 * What a file of this folder says of its command: all that clients, servers, the log and the tests need
 * to know, apart from what the command does to the store. `table.ts` lists the commands.
 */
import { z } from 'zod';
import type { Field, RequestField } from '../fields.ts';
import type { Row } from '../rows.ts';

/** What an error says of the request: it did not and will not take effect, it did, or nobody knows. */
export type Outcome = 'not done' | 'done' | 'unknown';

/** An error code: what it says of the request, and its HTTP status; `null` if no server sends it. */
export interface ErrorCode {
  readonly outcome: Outcome;
  readonly status: number | null;
}

/** Why the store did not do what a command asks: the error that the client gets. */
export interface RefusalSpec {
  readonly code: string;
  readonly message: string;
}

interface Typed {
  readonly type: string;
}

/** The fields of `T` beside its type, each with its kind. */
type FieldsOf<T extends Typed, F> = {
  readonly [N in Exclude<keyof T, 'type'>]: F extends 'request' ? RequestField<T[N]> : Field<T[N]>;
};

/** All that clients and servers need to know of a command. */
export interface CommandSpec<C extends Typed, R extends Typed> {
  readonly type: C['type'];
  /** The first field of the row, in requests and in replies. A tag never changes its meaning. */
  readonly tag: number;
  /**
   * `read`: changes nothing and may name a consistency. `write`: takes a stamp, without which a second
   * delivery is a second request. `session`: opens a session, and stands in none.
   */
  readonly access: 'read' | 'write' | 'session';
  /** What a client knows of the outcome when the reply is lost. */
  readonly outcomeIfLost: 'not done' | 'unknown';
  /** The body is POSTed here. */
  readonly path: string;
  /** In the order of the row. Names are those of the members of the body. */
  readonly fields: FieldsOf<C, 'request'>;
  /** The tag and every field, as bytes or as text. All of them enter the digest of the command. */
  toRow(command: C): Row;
  /** @throws TooLargeError, TypeError for fields that are of another kind or outside their limits. */
  fromRow(row: Row): C;
  readonly reply: ReplySpec<R>;
  /** Why the store may refuse the command, by reason. */
  readonly refusals?: Readonly<Record<string, RefusalSpec>>;
  /** Error codes that only this command has. */
  readonly errors?: Readonly<Record<string, ErrorCode>>;
}

/** The forms of a reply. */
export interface ReplySpec<R> {
  /** The tag and the fields of the reply. */
  toRow(reply: R): Row;
  /** @throws TypeError */
  fromRow(row: Row): R;
  readonly json: JsonCodec<R>;
}

/** A reply as the body of an HTTP answer. Members that a newer server adds are passed over. */
export interface JsonCodec<R> {
  /** The reply as the body of an HTTP answer. */
  toJson(reply: R): object;
  readonly schema: z.ZodType<R>;
}

/** The codec of a reply whose members are its fields. */
export function membersOf<R extends Typed>(
  type: R['type'],
  fields: FieldsOf<R, 'reply'>,
): JsonCodec<R> {
  const entries: [string, Field<unknown>][] = Object.entries(fields);
  const shape = Object.fromEntries(entries.map(([name, { json }]) => [name, json]));
  return {
    toJson: (reply) => jsonOf(reply, entries),
    schema: z.object(shape).transform((members) => ({ type, ...members }) as unknown as R),
  };
}

/** The members of a body: `fields` of `value`, each as it stands in JSON. */
export function jsonOf(
  value: object,
  fields: readonly (readonly [string, Field<unknown>])[],
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(([name, field]) => [name, field.toJson(Reflect.get(value, name))]),
  );
}
