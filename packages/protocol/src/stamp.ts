/** The stamp of a request, by which a repeated delivery is recognized, so that it takes effect once. */
import { z } from 'zod';
import { sessionWindowMax } from './limits.ts';
import { type Row, toCount } from './rows.ts';
import { fromOneSchema, type SessionId, sessionIdField, toSessionId } from './session-id.ts';

/**
 * Makes a repeated request take effect once. The servers keep the replies from `firstOutstanding` on. For a
 * repeated request they send the kept reply again instead of applying the request.
 */
export interface Stamp {
  /** The id of the session from the reply to `openSession`. */
  readonly session: SessionId;
  /** From 1, and one higher for each new request. Retries of a request have the same number. */
  readonly number: number;
  /** The lowest request number whose reply the client still awaits; at most `number`, and fewer than 1024 below it. */
  readonly firstOutstanding: number;
}

/** A stamp in a JSON body. */
export interface StampJson {
  readonly id: SessionId;
  readonly number: number;
  readonly firstOutstanding: number;
}

const outsideWindow = `number must be below firstOutstanding + ${sessionWindowMax}`;

/** Decodes a stamp from a JSON body. */
export const stampSchema: z.ZodType<Stamp> = z
  .strictObject({ id: sessionIdField.json, number: fromOneSchema, firstOutstanding: fromOneSchema })
  .refine(
    (stamp) => stamp.firstOutstanding <= stamp.number,
    'firstOutstanding must be at most number',
  )
  .refine(isWithinWindow, outsideWindow)
  .transform(({ id, number, firstOutstanding }) => ({ session: id, number, firstOutstanding }));

/** The stamp in the form of JSON bodies. */
export function stampToJson({ session, number, firstOutstanding }: Stamp): StampJson {
  return { id: session, number, firstOutstanding };
}

/** Decodes the stamp after the command in the row of a request. @throws TypeError */
export function stampFromRow(row: Row): Stamp {
  const session = toSessionId(row[1]);
  const number = toCount(row[2], 1);
  const firstOutstanding = toCount(row[3], 1);
  if (firstOutstanding <= number) return { session, number, firstOutstanding };
  throw new TypeError('The first outstanding number is above the request number.');
}

/**
 * Checks what the log allows and a client must not send: a number that its own stamp puts outside the window. What
 * the log refuses as outside the window is then always below it.
 *
 * @throws TypeError
 */
export function checkStamp(stamp: Stamp): void {
  if (!isWithinWindow(stamp)) throw new TypeError(`The request ${outsideWindow}.`);
}

function isWithinWindow({
  number,
  firstOutstanding,
}: Pick<Stamp, 'number' | 'firstOutstanding'>): boolean {
  return number - firstOutstanding < sessionWindowMax;
}
