/**
 * A row of the history: the changes of a write of the state, or some of them. It says of each change what was *before*.
 * What was written is before the next change of the key, or is still its entry: so a value is on disk once.
 *
 * ```text
 *   key     until, in 8 bytes
 *   row     1, after, bytes, change …       every change above `after`, up to `until`; 1 is the format
 *   change  [revision, key length]          the key was absent
 *           [revision, key length, value length, createRevision, modRevision, version, lease?]
 *   bytes   the key and the value of each change in turn
 * ```
 */
import {
  type Bytes,
  BytesInParts,
  keyBytesMax,
  type Row,
  toBytes,
  toCount,
  toRow,
} from '@paxkv/protocol';
import {
  type CachedEntry,
  type CachedValue,
  toCachedEntry,
} from '../../state-machine/store/cached-value.ts';
import type {
  ChangesSpan,
  RecentChange,
} from '../../state-machine/store/changes/recent-changes.ts';
import { nameOf } from '../../state-machine/store/latin1.ts';
import { toEntry } from '../state/entry-row.ts';
import { sealInPieces, toStateCount, unseal } from '../state/rows.ts';

const format = 1;
/** A row ends with the revision at which it has so many bytes: about a millisecond to write or to read. */
const rowBytesMax = 64 * 1024;
/** What a change counts besides its key and value. */
const changeBytes = 16;

/** A change as the row has it. */
export type StoredChange = Omit<RecentChange, 'entry'>;

/** The changes of one row. */
export interface HistoryRow extends Omit<ChangesSpan, 'changes'> {
  readonly changes: readonly StoredChange[];
}

/** Divides changes into rows. There is one without changes if there are none between two revisions. */
export function* rowsOf({ after, until, changes }: HistoryRow): Generator<HistoryRow> {
  let [first, begin, bytes] = [0, after, 0];
  for (const [index, change] of changes.entries()) {
    const last = changes[index - 1]?.revision ?? after;
    // Safety: a revision in two rows could lose one of them.
    if (bytes >= rowBytesMax && change.revision > last) {
      yield { after: begin, until: last, changes: changes.slice(first, index) };
      [first, begin, bytes] = [index, last, 0];
    }
    bytes += changeBytes + bytesOf(change);
  }
  if (begin < until) yield { after: begin, until, changes: changes.slice(first) };
}

/** The row in pieces. */
export function fromHistoryRow({ after, until, changes }: HistoryRow): readonly Bytes[] {
  const bytes = new BytesInParts(partsOf(changes));
  const fields = changes.map(({ revision, name, before }) =>
    before === undefined
      ? [revision, name.length]
      : [revision, name.length, before.value.length, ...versionsOf(before)],
  );
  return sealInPieces(historyKey(until), [format, after, bytes, ...fields]);
}

/** The keys and values of the changes. A large value is a part of its own, which is not copied. */
function partsOf(changes: readonly StoredChange[]): Bytes[] {
  const parts: Bytes[] = [];
  const copies = Buffer.allocUnsafe(
    changes.reduce((sum, change) => sum + copiedBytesOf(change), 0),
  );
  let [begun, length] = [0, 0];
  const append = (part: CachedValue) => {
    if (typeof part === 'string') {
      length += copies.write(part, length, 'latin1');
    } else {
      parts.push(copies.subarray(begun, length), part);
      begun = length;
    }
  };
  for (const { name, before } of changes) {
    append(name);
    if (before !== undefined) append(before.value);
  }
  parts.push(copies.subarray(begun));
  return parts;
}

function copiedBytesOf({ name, before }: StoredChange): number {
  return name.length + (typeof before?.value === 'string' ? before.value.length : 0);
}

/** @throws StateError `STATE_DAMAGED` for a row that is not as it was written, or of another format. */
export function toHistoryRow(key: Bytes, sealed: Bytes): HistoryRow {
  return unseal(key, sealed, ([version, begin, field, ...rows]) => {
    if (version !== format) throw new TypeError('The row has another format.');
    const until = toStateCount(fromHistoryKey(key), 1);
    const after = toStateCount(begin);
    const bytes = toBytes(field);
    const changes: StoredChange[] = [];
    let [last, length] = [after, 0];
    const take = (count: unknown) => {
      const begun = length;
      length += toCount(count);
      if (length > bytes.length) throw new TypeError('The row has too few bytes.');
      return bytes.subarray(begun, length);
    };
    for (const [revision, keyLength, valueLength, ...versions] of rows.map(toRow)) {
      const name = nameOf(take(toCount(keyLength, 1)));
      if (name.length > keyBytesMax) throw new TypeError('The key is too long.');
      const before = valueLength === undefined ? undefined : toBefore(versions, take(valueLength));
      const change = { revision: toStateCount(revision, Math.max(last, after + 1)), name, before };
      last = change.revision;
      changes.push(change);
    }
    if (last > until || after >= until || length < bytes.length) {
      throw new TypeError('The changes are not those of the row.');
    }
    return { after, until, changes };
  });
}

function versionsOf({ createRevision, modRevision, version, lease }: CachedEntry): Row {
  const versions = [createRevision, modRevision, version];
  return lease === undefined ? versions : [...versions, lease];
}

function toBefore(
  [createRevision, modRevision, version, ...lease]: Row,
  value: Bytes,
): CachedEntry {
  return toCachedEntry(toEntry([createRevision, modRevision, version, value, ...lease]));
}

function bytesOf({ name, before }: StoredChange): number {
  return name.length + (before?.value.length ?? 0);
}

const keyBytes = 8;

/** The key of the row with the changes up to a revision, under the checksum of the row. */
export function historyKey(until: number): Bytes {
  const key = Buffer.alloc(keyBytes);
  key.writeBigUInt64BE(BigInt(until));
  return key;
}

/** The revision in a key. */
export function fromHistoryKey(key: Bytes): number {
  return Number(Buffer.from(key.buffer, key.byteOffset, keyBytes).readBigUInt64BE());
}
