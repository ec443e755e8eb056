/** What an answer means. Whatever is not a paxkv server's own words counts as no answer. */
import { z } from 'zod';
import { type Answer, ExchangeError } from '../environment.ts';
import { KvError } from '../errors.ts';
import { errorCodes, type KvErrorCode } from '../protocol.ts';
import type { Call } from './calls.ts';

const errorReply = z.object({
  error: z.object({
    code: z.custom<KvErrorCode>(
      (code) => typeof code === 'string' && Object.hasOwn(errorCodes, code),
    ),
    outcome: z.enum(['not done', 'done', 'unknown']),
    message: z.string(),
  }),
});

/**
 * The reply to `call` that `endpoint` gave.
 *
 * @throws KvError as the server said it; ExchangeError (`maybe` sent) if no paxkv server speaks there.
 */
export function readAnswer<R>(call: Call<R>, answer: Answer, endpoint: string): R {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const reply = isSuccess ? call.reply.safeParse(answer.body) : undefined;
  if (reply?.success) {
    return reply.data;
  }
  const refusal = isSuccess ? undefined : errorReply.safeParse(answer.body);
  if (refusal?.success) {
    const { code, outcome, message } = refusal.data.error;
    throw new KvError(code, `${endpoint}: ${message}`, { outcome });
  }
  const what = `${endpoint} answered ${answer.status} with ${excerpt(answer.body)}`;
  const message = `${what}, which is no paxkv reply: does a proxy or another server answer there?`;
  throw new ExchangeError('maybe', message, reply?.error);
}

function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
