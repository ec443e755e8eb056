/** Reads the JSON bodies of the exact form. The protocol says what they may hold. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/protocol';
import type { z } from 'zod';
import { type BodyLimits, readBody } from '../request-body.ts';

/** Zod names every unknown member; a few are enough to find the mistake. */
const messageLengthMax = 200;

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
