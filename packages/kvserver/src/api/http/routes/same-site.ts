/** Refuses what a page of another site asks for by an image, a script or a stylesheet, none of which has an origin. */
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/protocol';

/** `what`: what the pages may not ask for. @throws KvError `KV_BAD_REQUEST` */
export function expectNoOtherSite(
  { headers: { 'sec-fetch-site': site } }: IncomingMessage,
  what: string,
): void {
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new KvError('KV_BAD_REQUEST', `Pages of other sites may not ask for ${what}.`);
}
