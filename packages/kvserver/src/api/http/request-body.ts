/**
 * Reads the body of a request whole. It waits neither for bytes that would be too many nor for
 * bytes that do not come.
 */
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/protocol';

export interface BodyLimits {
  readonly bytesMax: number;
  /** From the call on. */
  readonly timeoutMs: number;
}

/**
 * @throws KvError `KV_TOO_LARGE` as soon as that is known, `KV_SLOW_REQUEST`,
 * `KV_UNSUPPORTED_MEDIA` for a body in any encoding, and `KV_ABORTED` if the client is gone before
 * the end.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = request.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw new KvError('KV_UNSUPPORTED_MEDIA', 'Send the body as it is, without Content-Encoding.');
  }
  if (Number(length ?? 0) > limits.bytesMax) throw tooLarge(limits);
  return collect(request, limits);
}

/** Refuses a body where none belongs. */
export function refuseBody(request: IncomingMessage): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined || length !== '0') {
    throw new KvError('KV_BAD_REQUEST', `${request.method} takes no body here.`);
  }
}

function collect(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => stop(slow(limits)), limits.timeoutMs);
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.bytesMax) stop(tooLarge(limits));
      else chunks.push(chunk);
    };
    const onEnd = () => stop();
    const onClose = () => stop(new KvError('KV_ABORTED', 'The client left amid its request.'));
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

function slow({ timeoutMs }: BodyLimits): KvError {
  return new KvError('KV_SLOW_REQUEST', `The body did not arrive within ${timeoutMs} ms.`);
}
