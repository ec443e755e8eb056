/**
 * The specification of a command, which clients, servers, the log and the tests use. Each file of this folder
 * defines one, and `table.ts` lists them. The effect of a command on the store is defined in the server.
 */
import { z } from 'zod';
import type { Field, RequestField } from '../fields.ts';
import type { Row } from '../rows.ts';

/** Whether a failed request took effect: it did not and will not, it did, or that is unknown. */
export type Outcome = 'not done' | 'done' | 'unknown';

/** The outcome and the HTTP status of an error code. The status is `null` if no server sends the code. */
export interface ErrorCode {
  readonly outcome: Outcome;
  readonly status: number | null;
}

/** The error that a client gets for a refusal of the store. */
export interface RefusalSpec {
  readonly code: string;
  readonly message: string;
}

interface Typed {
  readonly type: string;
}

/** The fields of `T` besides its type. */
type FieldsOf<T extends Typed, F> = {
  readonly [N in Exclude<keyof T, 'type'>]: F extends 'request' ? RequestField<T[N]> : Field<T[N]>;
};

/** The specification of a command. */
export interface CommandSpec<C extends Typed, R extends Typed> {
  readonly type: C['type'];
  /** The first field of the row, in requests and in replies. A tag never changes its meaning. */
  readonly tag: number;
  /**
   * `read`: changes nothing and may have a consistency. `write`: changes the store and may have a stamp, without
   * which a repeated delivery takes effect again. `session`: opens a session, and has no stamp.
   */
  readonly access: 'read' | 'write' | 'session';
  /** The outcome that a client reports if the reply is lost. */
  readonly outcomeIfLost: 'not done' | 'unknown';
  /** The HTTP path, which takes a JSON body by POST. */
  readonly path: string;
  /** The fields in the order of the row. Their names are those of the JSON members. */
  readonly fields: FieldsOf<C, 'request'>;
  /** The tag and all fields, as bytes or text. All of them enter the digest of the command. */
  toRow(command: C): Row;
  /** @throws TooLargeError, TypeError for fields of another type or outside their limits. */
  fromRow(row: Row): C;
  /** Rules that concern several fields together. @throws TooLargeError, TypeError */
  check?(command: C): void;
  readonly reply: ReplySpec<R>;
  /** The refusals of the store that only this command has, by reason. */
  readonly refusals?: Readonly<Record<string, RefusalSpec>>;
  /** The error codes that only this command has. */
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

/** Converts a reply to the body of an HTTP reply and back. Members that a newer server adds are ignored. */
export interface JsonCodec<R> {
  /** The reply as the body of an HTTP reply. */
  toJson(reply: R): object;
  readonly schema: z.ZodType<R>;
}

/** The JSON codec of a reply whose members are its fields. */
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

/** The members of a JSON body: the given fields of `value`. */
export function jsonOf(
  value: object,
  fields: readonly (readonly [string, Field<unknown>])[],
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(([name, field]) => [name, field.toJson(Reflect.get(value, name))]),
  );
}
