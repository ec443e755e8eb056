/** What an answer means. Whatever is not a paxkv server's own words counts as no answer. */
import { errorReplySchema, KvError } from '@paxkv/protocol';
import { ExchangeError } from '../environment.ts';
import type { Reply, Request } from '../request.ts';
import { toReply } from './calls.ts';
import type { Answer } from './carrier.ts';

/**
 * The reply to `request` that `endpoint` gave.
 *
 * @throws KvError as the server said it; ExchangeError (`maybe` sent) if no paxkv server speaks there.
 */
export function readAnswer<Q extends Request>(
  request: Q,
  { status, body }: Answer,
  endpoint: string,
): Reply {
  const isSuccess = status >= 200 && status < 300;
  const refusal = isSuccess ? undefined : errorReplySchema.safeParse(body);
  if (refusal?.success) {
    const { code, outcome, message } = refusal.data.error;
    throw new KvError(code, `${endpoint}: ${message}`, { outcome });
  }
  try {
    if (isSuccess) {
      return toReply(request, body);
    }
  } catch (cause) {
    throw foreign(`${endpoint} answered ${status} with ${excerpt(body)}`, cause);
  }
  throw foreign(`${endpoint} answered ${status} with ${excerpt(body)}`);
}

function foreign(what: string, cause?: unknown): ExchangeError {
  const message = `${what}, which is no paxkv reply: does a proxy or another server answer there?`;
  return new ExchangeError('maybe', message, cause);
}

function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
