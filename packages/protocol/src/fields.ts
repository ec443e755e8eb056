/**
 * The fields that commands and replies are made of: how each stands in JSON, and the limits of those that
 * a client sends. A field kind that only one command has stands in the file of that command.
 */
import { z } from 'zod';
import { fromBase64, toBase64 } from './base64.ts';
import { clientNameLengthMax, keyBytesMax, valueBytesMax } from './limits.ts';
import type { Bytes } from './rows.ts';

/** A field over its limit in bytes. Every other fault of a field is a plain `TypeError`. */
export class TooLargeError extends TypeError {
  override readonly name = 'TooLargeError';
}

/** A field as it stands in JSON bodies. */
export interface Field<T> {
  readonly json: z.ZodType<T>;
  /** The field as a JSON body has it. */
  toJson(value: T): string | number | boolean;
}

/** The range of a field, both ends included: of its length, or of the number itself. */
export type FieldLimits =
  | { readonly of: 'bytes' | 'characters'; readonly min: number; readonly max: number }
  | { readonly of: 'number'; readonly min: bigint; readonly max: bigint };

/** A field of a command. */
export interface RequestField<T> extends Field<T> {
  readonly limits: FieldLimits;
  /** `value` if it is within the limits. @throws TooLargeError, TypeError */
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

export const clientNameField: RequestField<string> = {
  limits: { of: 'characters', min: 1, max: clientNameLengthMax },
  json: z
    .string()
    .min(1)
    .max(clientNameLengthMax)
    .refine((name) => !/\p{Surrogate}/u.test(name), 'must not hold half of a surrogate pair'),
  toJson: (name) => name,
  check(name) {
    if (name.length >= 1 && name.length <= clientNameLengthMax) return name;
    throw new TypeError(`The name of a client has 1 to ${clientNameLengthMax} characters.`);
  },
};

/** A whole number from 0 that a double holds exactly. */
export const countField: Field<number> = {
  json: z.int().nonnegative(),
  toJson: (count) => count,
};

export const flagField: Field<boolean> = {
  json: z.boolean(),
  toJson: (flag) => flag,
};
