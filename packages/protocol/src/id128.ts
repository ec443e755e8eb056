/**
 * Numbers of 128 random bits, as text: 22 characters of base64url (RFC 4648 §5) without padding. Nobody guesses one,
 * and no two that were drawn independently are equal.
 */
import { z } from 'zod';

/** The bytes of such a number. */
export const id128Bytes = 16;

/** The last character stands for two bits only, so four others would be a second spelling of the same number. */
const form = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** Whether `field` is 128 bits in their only spelling. */
export function isId128(field: unknown): field is string {
  return typeof field === 'string' && form.test(field);
}

/** Decodes 128 bits from a JSON body. */
export const id128Schema: z.ZodType<string> = z
  .string()
  .regex(form, 'must be 22 characters of base64url');

/** The id that was decoded last. Requests of one client follow each other, and all name its session. */
let latest: string | undefined;

/** The field as 128 bits. @throws TypeError */
export function toId128(field: unknown): string {
  if (typeof field === 'string' && field === latest) return field;
  if (isId128(field)) {
    latest = field;
    return field;
  }
  throw new TypeError('Expected 22 characters of base64url.');
}
