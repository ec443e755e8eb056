/**
 * The types of fields in commands and replies: their form in JSON, and the limits of those that a client
 * sends. A field type that only one command uses is in the file of that command.
 */
import { z } from 'zod';
import { fromBase64, toBase64 } from './base64.ts';
import { clientNameLengthMax, keyBytesMax, valueBytesMax } from './limits.ts';
import type { Bytes } from './rows.ts';

/** Raised for a field over its limit in bytes. Any other malformed field raises a plain `TypeError`. */
export class TooLargeError extends TypeError {
  override readonly name = 'TooLargeError';
}

/** A field and its form in JSON bodies. */
export interface Field<T> {
  readonly json: z.ZodType<T>;
  /** The value in the form of JSON bodies. */
  toJson(value: T): string | number | boolean | object;
}

/** The range of the length of a field, or of its number. Both ends are included. */
export type FieldLimits =
  | {
      readonly of: 'bytes' | 'characters' | 'count' | 'auth table' | 'items' | 'flag';
      readonly min: number;
      readonly max: number;
    }
  | { readonly of: 'number'; readonly min: bigint; readonly max: bigint }
  | { readonly of: 'id' };

/** A field of a command. */
export interface RequestField<T> extends Field<T> {
  readonly limits: FieldLimits;
  /** Returns `value` if it is within the limits. @throws TooLargeError, TypeError */
  check(value: T): T;
}

const base64Schema: z.ZodType<Bytes> = z.string().transform((text, context) => {
  const bytes = fromBase64(text);
  if (bytes !== undefined) return bytes;
  context.addIssue('must be standard base64 with padding');
  return z.NEVER;
});

export const keyField: RequestField<Bytes> = {
  limits: { of: 'bytes', min: 1, max: keyBytesMax },
  json: base64Schema,
  toJson: toBase64,
  check(key) {
    if (key.length > keyBytesMax) {
      throw new TooLargeError(`A key has at most ${keyBytesMax} bytes.`);
    }
    if (key.length === 0) throw new TypeError('A key has at least 1 byte.');
    return key;
  },
};

export const valueField: RequestField<Bytes> = {
  limits: { of: 'bytes', min: 0, max: valueBytesMax },
  json: base64Schema,
  toJson: toBase64,
  check(value) {
    if (value.length <= valueBytesMax) return value;
    throw new TooLargeError(`A value has at most ${valueBytesMax} bytes.`);
  },
};

const nameLength = `must have 1 to ${clientNameLengthMax} UTF-16 code units`;

export const clientNameField: RequestField<string> = {
  limits: { of: 'characters', min: 1, max: clientNameLengthMax },
  json: z
    .string()
    .refine(hasNameLength, nameLength)
    .refine((name) => !/\p{Surrogate}/u.test(name), 'must not contain half of a surrogate pair'),
  toJson: (name) => name,
  check(name) {
    if (hasNameLength(name)) return name;
    throw new TypeError(`The name of a client ${nameLength}.`);
  },
};

/** Schemas for JSON would count characters, of which an emoji is one and not two. */
function hasNameLength({ length }: string): boolean {
  return length >= 1 && length <= clientNameLengthMax;
}

/** A whole number from 0 to 2⁵³ − 1. */
export const countField: Field<number> = {
  json: z.int().nonnegative(),
  toJson: (count) => count,
};

export const flagField: Field<boolean> = {
  json: z.boolean(),
  toJson: (flag) => flag,
};
