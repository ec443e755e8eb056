/** The key in a path of the people-friendly form: percent-encoded UTF-8, and nothing done to it. */
import { isUtf8 } from 'node:buffer';
import type { Bytes } from '@paxkv/protocol';
import { KvError, paths } from '@paxkv/protocol';

/**
 * Reads the key from the raw target of a request. Slashes and dots are bytes like any other.
 *
 * @throws KvError `KV_BAD_REQUEST` for broken encoding.
 */
export function keyOf(url = ''): Bytes {
  const start = paths.kv.length;
  const query = url.indexOf('?', start);
  return percentDecode(url.slice(start, query === -1 ? undefined : query));
}

function percentDecode(text: string): Buffer {
  if (/%(?![0-9a-f]{2})/i.test(text) || text.includes('#')) {
    throw new KvError(
      'KV_BAD_REQUEST',
      'The key is not percent-encoded: write % as %25, # as %23.',
    );
  }
  const latin1 = text.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8(bytes)) return bytes;
  throw new KvError(
    'KV_BAD_REQUEST',
    `The key is not UTF-8; keys of any bytes go to ${paths.get} and its like.`,
  );
}
