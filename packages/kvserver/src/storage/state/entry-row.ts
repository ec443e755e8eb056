/**
 * The row of one entry: the key's value with its revisions, or the auth table under the empty key.
 * Rule: what is accepted here can be read, sent to clients, and changed by every command.
 */
import {
  authTableFromBytes,
  type Bytes,
  type Entry,
  keyBytesMax,
  type Row,
  toBytes,
  toLeaseId,
  valueBytesMax,
} from '@paxkv/protocol';
import { isAuthKey } from './row-keys.ts';
import { toStateCount, unseal } from './rows.ts';

/** @throws StateError `STATE_DAMAGED`, also if it is newer than the `revision` of the state. */
export function readEntry(
  key: Bytes,
  sealed: Bytes,
  revision: number = Number.POSITIVE_INFINITY,
): Entry {
  return unseal(key, sealed, (row) => {
    if (key.length > 1 + keyBytesMax) throw new TypeError('The key is too long.');
    const entry = toEntry(row);
    if (entry.modRevision > revision) throw new TypeError('The entry is newer than its state.');
    if (isAuthKey(key)) authTableFromBytes(entry.value);
    return entry;
  });
}

/** An entry without a lease has the row that it had before there were leases. */
export function fromEntry({ value, createRevision, modRevision, version, lease }: Entry): Row {
  const row = [createRevision, modRevision, version, value];
  return lease === undefined ? row : [...row, lease];
}

/** @throws TypeError */
export function toEntry([createRevision, modRevision, version, value, lease]: Row): Entry {
  const entry = {
    value: toBytes(value),
    createRevision: toStateCount(createRevision, 1),
    modRevision: toStateCount(modRevision, 1),
    version: toStateCount(version, 1),
    ...(lease !== undefined && { lease: toLeaseId(lease) }),
  };
  if (entry.value.length > valueBytesMax) throw new TypeError('The value is too long.');
  // Each write of an entry has a revision of its own.
  if (entry.version <= 1 + entry.modRevision - entry.createRevision) return entry;
  throw new TypeError('The entry has more versions than revisions.');
}
