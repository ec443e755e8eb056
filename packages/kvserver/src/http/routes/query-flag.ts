/** The query of a request: at most one flag, said once. */
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/client/errors';

/**
 * Whether the query is `name`. A path that takes no flag calls it without one.
 *
 * @throws KvError `KV_BAD_REQUEST` for any other query: most often a `?` that was meant to be part
 * of a key.
 */
export function hasFlag(request: IncomingMessage, name?: string): boolean {
  const url = request.url ?? '';
  const start = url.indexOf('?');
  if (start === -1) return false;
  if (name !== undefined && url.slice(start + 1) === name) return true;
  const allowed = name === undefined ? 'takes no query' : `takes no query but ?${name}`;
  throw new KvError('KV_BAD_REQUEST', `This path ${allowed}; in a key, write ? as %3F.`);
}
