/** The stamp of a request, by which a repeated delivery is recognized, so that it takes effect once. */
import { z } from 'zod';
import { type Row, toCount } from './rows.ts';

/**
 * Makes a repeated request take effect once. The servers keep the replies from `firstOutstanding` on. For a
 * repeated request they send the kept reply again instead of applying the request.
 */
export interface Stamp {
  /** The id of the session from the reply to `openSession`. From 1. */
  readonly session: number;
  /** From 1, and one higher for each new request. Retries of a request have the same number. */
  readonly number: number;
  /** The lowest request number whose reply the client still awaits; at most `number`. */
  readonly firstOutstanding: number;
}

/** A stamp in a JSON body. */
export interface StampJson {
  readonly id: number;
  readonly number: number;
  readonly firstOutstanding: number;
}

const wholeNumber = z.int().refine((number) => !Object.is(number, -0), 'must not be -0');

/** Decodes a stamp from a JSON body. */
export const stampSchema: z.ZodType<Stamp> = z
  .strictObject({
    id: wholeNumber.min(0),
    number: wholeNumber.min(1),
    firstOutstanding: wholeNumber.min(1),
  })
  .refine(
    (stamp) => stamp.firstOutstanding <= stamp.number,
    'firstOutstanding must be at most number',
  )
  .transform(({ id, number, firstOutstanding }) => ({ session: id, number, firstOutstanding }));

/** The stamp in the form of JSON bodies. */
export function stampToJson({ session, number, firstOutstanding }: Stamp): StampJson {
  return { id: session, number, firstOutstanding };
}

/** Decodes the stamp after the command in the row of a request. @throws TypeError */
export function stampFromRow(row: Row): Stamp {
  const session = toCount(row[1], 1);
  const number = toCount(row[2], 1);
  const firstOutstanding = toCount(row[3], 1);
  if (firstOutstanding <= number) return { session, number, firstOutstanding };
  throw new TypeError('The first outstanding number is above the request number.');
}
