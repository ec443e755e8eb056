/**
 * The keys of the state database. The first byte of a row's key is the kind of row:
 *
 *   d key               the current entry of a key, ordered by the bytes of the key
 *   s session           one session: its number in 8 bytes, from feature level 2 on its id in 16 bytes
 *   t lease             one lease: its id in 16 bytes
 *   m name              the position of the whole state, and notes about this copy
 */
import type { Bytes, LeaseId, SessionId } from '@paxkv/protocol';
import { fromText, nameOf } from '../../state-machine/store/latin1.ts';
import type { NameRange } from '../../state-machine/store/ranges/name-range.ts';

/** Keys of rows from `gte`, included, to `lt`, excluded. */
export interface RowRange {
  readonly gte: Bytes;
  readonly lt: Bytes;
}

const numberBytes = 8;
const prefixes = { data: 0x64, meta: 0x6d, session: 0x73, lease: 0x74 } as const;

/** Precedes the keys of all rows but data: those that a start reads. */
export const metaPrefix: Bytes = Uint8Array.of(prefixes.meta);

/** Precedes the keys of all sessions and then of all leases, and {@link leasesEnd} follows them. */
export const sessionPrefix: Bytes = Uint8Array.of(prefixes.session);
export const leasesEnd: Bytes = Uint8Array.of(prefixes.lease + 1);

/** The row key of the current entry of a key. */
export function dataKey(key: Bytes): Bytes {
  return withPrefix(prefixes.data, key);
}

/** The row key of the current entry of a key that is given as a string. */
export function dataKeyOf(name: string): Bytes {
  return fromText(String.fromCharCode(prefixes.data) + name);
}

/** The bounds of the rows of these entries. They never include that of the auth table, whose key is empty. */
export function dataRange({ first, end }: Pick<NameRange, 'first' | 'end'>): RowRange {
  const lt = end === undefined ? Uint8Array.of(prefixes.data + 1) : dataKeyOf(end);
  return { gte: dataKeyOf(first), lt };
}

/** The name of the key in the key of its entry's row. */
export function nameInDataKey(rowKey: Bytes): string {
  return nameOf(rowKey.subarray(1));
}

export function sessionKey(session: SessionId): Bytes {
  if (typeof session === 'string') {
    return withPrefix(prefixes.session, Buffer.from(session, 'base64url'));
  }
  return withPrefix(prefixes.session, inBytes(session));
}

/** The session id in the key of a session's row. */
export function fromSessionKey(rowKey: Bytes): SessionId {
  if (rowKey.length !== 1 + numberBytes)
    return Buffer.from(rowKey.subarray(1)).toString('base64url');
  return numberAt(rowKey, 1);
}

/** Whether the row is the entry of the auth table, which has the empty key. */
export function isAuthKey(rowKey: Bytes): boolean {
  return rowKey.length === 1 && rowKey[0] === prefixes.data;
}

/** Whether the row is a session's. */
export function isSessionKey(rowKey: Bytes): boolean {
  return rowKey[0] === prefixes.session;
}

export function leaseKey(lease: LeaseId): Bytes {
  return withPrefix(prefixes.lease, Buffer.from(lease, 'base64url'));
}

/** The lease id in the key of a lease's row. */
export function fromLeaseKey(rowKey: Bytes): LeaseId {
  return Buffer.from(rowKey.subarray(1)).toString('base64url');
}

/** Whether the row is a lease's. */
export function isLeaseKey(rowKey: Bytes): boolean {
  return rowKey[0] === prefixes.lease;
}

/** Whether the row describes the state as a whole. */
export function isMetaKey(rowKey: Bytes): boolean {
  return rowKey[0] === prefixes.meta;
}

/** Whether the row is a part of the state: an entry, a session or a lease. */
export function isStateKey(rowKey: Bytes): boolean {
  return rowKey[0] === prefixes.data || isSessionKey(rowKey) || isLeaseKey(rowKey);
}

/** Applied position, counters and state hash: see `rows.ts`. */
export const positionKey = withPrefix(prefixes.meta, Buffer.from('position'));

/** The write index of the journal beside this state: see `journal-mark.ts`. */
export const journalKey = withPrefix(prefixes.meta, Buffer.from('journal'));

/** Whether the row concerns only this copy of the state and is no part of the state itself. */
export function isLocalKey(rowKey: Bytes): boolean {
  return isMetaKey(rowKey) && nameOf(rowKey) !== nameOf(positionKey);
}

/** The checksum of the sessions and leases: see `session-sums.ts`. */
export const sessionsKey = withPrefix(prefixes.meta, Buffer.from('sessions'));

function inBytes(number: number): Bytes {
  const bytes = new Uint8Array(numberBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

function numberAt(rowKey: Bytes, offset: number): number {
  const view = new DataView(rowKey.buffer, rowKey.byteOffset, rowKey.byteLength);
  return Number(view.getBigUint64(offset));
}

function withPrefix(prefix: number, rest: Bytes): Bytes {
  const key = new Uint8Array(1 + rest.length);
  key[0] = prefix;
  key.set(rest, 1);
  return key;
}
