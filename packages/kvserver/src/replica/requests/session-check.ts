/** The check of a stamp before its request may enter the log. */
import { KvError, type Stamp } from '@paxkv/protocol';

/**
 * @throws KvError `KV_UNAVAILABLE` (not done) if the state here has no incarnation yet: a server of an older version,
 *   which may still be there, could not read a random id in the log.
 */
export function expectUsable(
  { session }: Pick<Stamp, 'session'>,
  { incarnation }: { readonly incarnation: string | undefined },
): void {
  if (typeof session !== 'string' || incarnation !== undefined) return;
  throw new KvError(
    'KV_UNAVAILABLE',
    'This server does not know yet to which incarnation of the cluster the session belongs.',
  );
}
