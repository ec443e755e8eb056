/** The JSON bodies of the exact form: what they may hold, and how they become requests. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Bytes, Stamp } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { z } from 'zod';
import { type BodyLimits, readBody } from '../request-body.ts';

/** Zod names every unknown member; a few are enough to find the mistake. */
const messageLengthMax = 200;

const wholeNumber = z.int().refine((number) => !Object.is(number, -0), 'must not be -0');

/** As in `SessionStamp` of the client's protocol. */
export const stampSchema = z
  .strictObject({
    id: wholeNumber.min(0),
    number: wholeNumber.min(1),
    firstOutstanding: wholeNumber.min(1),
  })
  .refine(
    (stamp) => stamp.firstOutstanding <= stamp.number,
    'firstOutstanding must be at most number',
  )
  .transform(
    ({ id, number, firstOutstanding }): Stamp => ({ session: id, number, firstOutstanding }),
  );

export const getSchema = z.strictObject({
  key: z.string(),
  consistency: z.enum(['linearizable', 'serializable']).optional(),
});
export const putSchema = z.strictObject({
  key: z.string(),
  value: z.string(),
  session: stampSchema.optional(),
});
export const deleteSchema = putSchema.omit({ value: true });
export const openSessionSchema = z.strictObject({
  client: z
    .string()
    .min(1)
    .max(64)
    .refine((name) => !/\p{Surrogate}/u.test(name), 'must not hold half of a surrogate pair'),
});

/**
 * Reads a body and checks it. Of a member given twice the last counts, as ever in JavaScript.
 *
 * @throws KvError as `readBody` does, `KV_UNSUPPORTED_MEDIA`, and `KV_BAD_REQUEST`, which says
 * where.
 */
export async function readJson<T extends z.ZodType>(
  request: IncomingMessage,
  schema: T,
  limits: BodyLimits,
): Promise<z.infer<T>> {
  checkContentType(request.headers['content-type']);
  return parse(schema, toJson(await readBody(request, limits)));
}

/** @throws KvError `KV_BAD_REQUEST`, which says where. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.length ? issue.path.join('.') : 'the body';
  const message = `${where}: ${issue?.message ?? 'is not valid'}`;
  throw new KvError('KV_BAD_REQUEST', message.slice(0, messageLengthMax));
}

/**
 * Every sequence of bytes has one form in base64, and only that one is taken.
 *
 * @throws KvError `KV_BAD_REQUEST`.
 */
export function fromBase64(text: string, name: 'key' | 'value'): Bytes {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  throw new KvError('KV_BAD_REQUEST', `${name}: must be standard base64 with padding`);
}

function checkContentType(type = ''): void {
  if (type === 'application/json') return;
  if (/^application\/json *(; *charset *= *"?utf-8"? *)?$/i.test(type)) return;
  throw new KvError(
    'KV_UNSUPPORTED_MEDIA',
    'Send Content-Type: application/json, in UTF-8 if a charset is named.',
  );
}

function toJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new KvError('KV_BAD_REQUEST', 'The body is not UTF-8.');
  try {
    return JSON.parse(body.toString());
  } catch {
    // The parser's own message quotes the body, which may be secret.
    throw new KvError('KV_BAD_REQUEST', 'The body is not JSON.');
  }
}
