/**
 * Reads the body of a request, as bytes or as JSON. Reading stops as soon as the body is over its limit, and
 * when it does not arrive in time.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/protocol';
import type { z } from 'zod';
import type { Hold } from '../../budget/hold.ts';
import { overloaded } from '../../budget/overloaded.ts';
import { askForBody } from './continuation.ts';

export interface BodyLimits {
  readonly bytesMax: number;
  /** From the call until the last byte. */
  readonly timeoutMs: number;
  /** Takes room for the body until the reply has been received; `undefined` once the client has disconnected. */
  readonly hold: Pick<Hold, 'take'> | undefined;
  /** Called for each part that arrives. Default: nobody is told. */
  readonly onPart?: () => void;
}

/** Zod lists every unknown member; the first few are enough to find the mistake. */
const messageLengthMax = 200;

/**
 * Reads a JSON body and checks it. If a member occurs twice, the last one counts, as in `JSON.parse`.
 *
 * @throws KvError as {@link readBody} does, `KV_UNSUPPORTED_MEDIA` for another type than JSON, and
 * `KV_BAD_REQUEST`, which says where the body is wrong.
 */
export async function readJson<T extends z.ZodType>(
  request: IncomingMessage,
  schema: T,
  limits: BodyLimits,
): Promise<z.infer<T>> {
  expectJson(request.headers['content-type']);
  return parse(schema, toJson(await readBody(request, limits)));
}

/** @throws KvError `KV_BAD_REQUEST`, which says where `input` is wrong. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.length ? issue.path.join('.') : 'the body';
  const message = `${where}: ${issue?.message ?? 'is not valid'}`;
  throw new KvError('KV_BAD_REQUEST', message.slice(0, messageLengthMax));
}

/**
 * @throws KvError `KV_TOO_LARGE` as soon as that is known, `KV_SLOW_REQUEST`, `KV_OVERLOADED` if there is no
 * room for the body, `KV_UNSUPPORTED_MEDIA` for a compressed body, and `KV_ABORTED` if the client disconnects before the end.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = request.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw new KvError('KV_UNSUPPORTED_MEDIA', 'Send the body as it is, without Content-Encoding.');
  }
  if (Number(length ?? 0) > limits.bytesMax) throw tooLarge(limits);
  askForBody(request);
  return collect(request, limits);
}

/** Refuses a body on a request that takes none. */
export function refuseBody(request: IncomingMessage): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined || length !== '0') {
    throw new KvError('KV_BAD_REQUEST', `${request.method} takes no body here.`);
  }
}

function expectJson(contentType = ''): void {
  if (contentType === 'application/json') return;
  if (/^application\/json *(; *charset *= *"?utf-8"? *)?$/i.test(contentType)) return;
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

function collect(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { hold, onPart } = limits;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => stop(slow(limits)), limits.timeoutMs);
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      onPart?.();
      if (bytes > limits.bytesMax) stop(tooLarge(limits));
      else if (hold?.take(chunk.length) !== true) stop(tooMuch());
      else chunks.push(chunk);
    };
    const onEnd = () => stop();
    const onClose = () =>
      stop(new KvError('KV_ABORTED', 'The client disconnected before the end of its request.'));
    const stop = (error?: KvError) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (error === undefined)
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
      else reject(error);
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

function tooLarge({ bytesMax }: BodyLimits): KvError {
  return new KvError('KV_TOO_LARGE', `The body is over ${bytesMax} bytes.`);
}

function tooMuch(): KvError {
  return overloaded('memoryBudgetBytes: this connection has its share of the memory');
}

function slow({ timeoutMs }: BodyLimits): KvError {
  return new KvError('KV_SLOW_REQUEST', `The body did not arrive within ${timeoutMs} ms.`);
}
