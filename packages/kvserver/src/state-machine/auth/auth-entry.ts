/**
 * The entry of the auth table in the store: it has the empty key, which no client can name. As an entry like any
 * other, it is cached, written, verified, transferred and backed up with the rest of the state.
 */
import {
  type AuthTable,
  authTableFromBytes,
  authTableToBytes,
  type Bytes,
  type Entry,
  emptyAuthTable,
  type GetAuthReply,
} from '@paxkv/protocol';
import { bytesOf, type CachedEntry } from '../store/cached-value.ts';
import { toText } from '../store/latin1.ts';

/** The key of the auth table. The keys of clients have at least one byte. */
export const authKey: Bytes = new Uint8Array();

/** The text of a table in its entry. */
export function authText(table: AuthTable): string {
  return toText(authTableToBytes(table));
}

/** The table in its entry. @throws TypeError */
export function authTableIn(entry: Pick<CachedEntry, 'value'> | undefined): AuthTable {
  return entry === undefined ? emptyAuthTable : authTableFromBytes(bytesOf(entry.value));
}

/** The reply to `getAuth` for the entry of the table. @throws TypeError */
export function authReply(entry: Entry | undefined): GetAuthReply {
  const table = entry === undefined ? emptyAuthTable : authTableFromBytes(entry.value);
  return { type: 'getAuth', revision: entry?.modRevision ?? 0, table };
}
