/** The query of a request: flags that the path knows, each said once. */
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/protocol';

const none: ReadonlySet<string> = new Set();

/**
 * Which of the `allowed` flags the query holds. Flags with the same name before `=` exclude each other.
 *
 * @throws KvError `KV_BAD_REQUEST` for any other query: most often a `?` that was meant to be part
 * of a key.
 */
export function flagsOf(
  { url = '' }: IncomingMessage,
  allowed: readonly string[],
): ReadonlySet<string> {
  const start = url.indexOf('?');
  if (start === -1) return none;
  const flags = url.slice(start + 1).split('&', allowed.length + 1);
  const names = new Set(flags.map((flag) => flag.split('=', 1)[0]));
  if (names.size === flags.length && flags.every((flag) => allowed.includes(flag))) {
    return new Set(flags);
  }
  const known = allowed.map((flag) => `?${flag}`).join(', ');
  const takes = known === '' ? 'takes no query' : `takes no query but ${known}`;
  throw new KvError('KV_BAD_REQUEST', `This path ${takes}; in a key, write ? as %3F.`);
}
