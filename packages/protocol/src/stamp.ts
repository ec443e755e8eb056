/** The stamp of a request: by it a request that is delivered again is known, and done once. */
import { z } from 'zod';
import { type Row, toCount } from './rows.ts';

/**
 * Makes a repeated request take effect once. The servers keep the reply to every number from
 * `firstOutstanding` on, and give it again instead of doing the work again.
 */
export interface Stamp {
  /** The id of the session, as the reply to `openSession` gave it. From 1. */
  readonly session: number;
  /** From 1, one more for each new request; the same for each retry of it. */
  readonly number: number;
  /** The lowest number whose reply the client still awaits: at most `number`. */
  readonly firstOutstanding: number;
}

/** A stamp in a JSON body. */
export interface StampJson {
  readonly id: number;
  readonly number: number;
  readonly firstOutstanding: number;
}

const wholeNumber = z.int().refine((number) => !Object.is(number, -0), 'must not be -0');

/** Reads a stamp from a JSON body. */
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

/** The stamp as a JSON body has it. */
export function stampToJson({ session, number, firstOutstanding }: Stamp): StampJson {
  return { id: session, number, firstOutstanding };
}

/** Reads the stamp behind the command of a request. @throws TypeError */
export function stampFromRow(row: Row): Stamp {
  const session = toCount(row[1], 1);
  const number = toCount(row[2], 1);
  const firstOutstanding = toCount(row[3], 1);
  if (firstOutstanding <= number) return { session, number, firstOutstanding };
  throw new TypeError('The first outstanding number is above the number of the request itself.');
}
