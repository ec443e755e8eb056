/** Reads the target of a request: the key in its path, and the flags in its query. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type Bytes, KvError, paths } from '@paxkv/protocol';

const noFlags: ReadonlySet<string> = new Set();

/**
 * The key in the path of the people-friendly form: percent-encoded UTF-8. It is not normalized; slashes and
 * dots are bytes like any other.
 *
 * @throws KvError `KV_BAD_REQUEST` for a broken encoding.
 */
export function keyOf({ url = '' }: IncomingMessage): Bytes {
  const start = paths.kv.length;
  const query = url.indexOf('?', start);
  return percentDecode(url.slice(start, query === -1 ? undefined : query));
}

/**
 * The flags in the query, all of them among `allowed`. Flags with the same name before `=` exclude each other.
 *
 * @throws KvError `KV_BAD_REQUEST` for any other query. Most often its `?` was meant to be part of a key.
 */
export function flagsOf(
  { url = '' }: IncomingMessage,
  allowed: readonly string[],
): ReadonlySet<string> {
  const start = url.indexOf('?');
  if (start === -1) return noFlags;
  const flags = url.slice(start + 1).split('&', allowed.length + 1);
  const names = new Set(flags.map((flag) => flag.split('=', 1)[0]));
  if (names.size === flags.length && flags.every((flag) => allowed.includes(flag))) {
    return new Set(flags);
  }
  const known = allowed.map((flag) => `?${flag}`).join(', ');
  const takes = known === '' ? 'takes no query' : `takes no query but ${known}`;
  throw new KvError('KV_BAD_REQUEST', `This path ${takes}; in a key, write ? as %3F.`);
}

/**
 * The parameters in the query by name, all of them among `allowed`. Values are percent-encoded bytes; a `+` is a `+`.
 *
 * @throws KvError `KV_BAD_REQUEST` for any other query.
 */
export function parametersOf<N extends string>(
  { url = '' }: IncomingMessage,
  allowed: readonly N[],
): { readonly [P in N]?: Bytes } {
  const start = url.indexOf('?');
  const parts = start === -1 ? [] : url.slice(start + 1).split('&', allowed.length + 1);
  const parameters: { [P in N]?: Bytes } = {};
  for (const part of parts) {
    const [given = '', ...rest] = part.split('=');
    const name = allowed.find((known) => known === given);
    if (name === undefined || rest.length !== 1 || parameters[name] !== undefined) {
      const known = allowed.map((each) => `${each}=`).join(', ');
      throw new KvError('KV_BAD_REQUEST', `This path takes no parameters but ${known} each once.`);
    }
    parameters[name] = bytesOf('query', rest[0] ?? '');
  }
  return parameters;
}

function percentDecode(text: string): Buffer {
  const bytes = bytesOf('key', text);
  if (isUtf8(bytes)) return bytes;
  throw new KvError(
    'KV_BAD_REQUEST',
    `The key is not UTF-8; POST keys of arbitrary bytes to ${paths.get} or another command path.`,
  );
}

function bytesOf(what: 'key' | 'query', text: string): Buffer {
  if (/%(?![0-9a-f]{2})/i.test(text) || text.includes('#')) {
    throw new KvError(
      'KV_BAD_REQUEST',
      `The ${what} is not percent-encoded; write % as %25 and # as %23.`,
    );
  }
  const latin1 = text.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}
