/**
 * The payload of a record: a group, which is what one call of `write` wrote. Large values stand behind the rest, so
 * that they go to the disk from where they are and are never copied.
 *
 * ```text
 *   write index (6) │ 0 (2) │ bytes of the writes (4) │ count of large values (4)
 *   for each large value: the place of its write (4) │ its bytes (4)
 *   writes: MessagePack │ large values
 * ```
 *
 * A record of moved groups holds several: for each, its length (4) and a payload like this.
 */
import { decodeWrites, encodeWrites, type JournalWrite } from './record-codec.ts';

/** The kinds of records in a journal. */
export const recordKinds = { group: 1, moved: 2, checkpoint: 3 } as const;

/** Smaller values are copied, which costs less than another piece in the write. */
const largeBytesMin = 2048;
const headBytes = 16;
const valueHeadBytes = 8;
const lengthBytes = 4;
const nothing = new Uint8Array();

export interface WriteGroup {
  readonly writeIndex: number;
  readonly writes: readonly JournalWrite[];
}

type Pieces = readonly Uint8Array[];

/** @throws TypeError for what could not be read back: it must never reach the disk. */
export function encodeGroup({ writeIndex, writes }: WriteGroup): Uint8Array[] {
  const values = writes.flatMap((write, place) => largeValueOf(write, place));
  const meta = encodeWrites(values.length === 0 ? writes : writes.map(withoutLargeValue));
  const head = Buffer.alloc(headBytes + values.length * valueHeadBytes);
  head.writeUIntLE(writeIndex, 0, 6);
  head.writeUInt32LE(meta.length, 8);
  head.writeUInt32LE(values.length, 12);
  for (const [index, { place, value }] of values.entries()) {
    head.writeUInt32LE(place, headBytes + index * valueHeadBytes);
    head.writeUInt32LE(value.length, headBytes + index * valueHeadBytes + 4);
  }
  return [head, meta, ...values.map(({ value }) => value)];
}

/** Gives back copies of the values. @throws Error if the bytes are not a group. */
export function decodeGroup(bytes: Buffer): WriteGroup {
  const metaBytes = bytes.readUInt32LE(8);
  const valueCount = bytes.readUInt32LE(12);
  const metaStart = headBytes + valueCount * valueHeadBytes;
  let valueStart = metaStart + metaBytes;
  const writes = decodeWrites(bytes.subarray(metaStart, valueStart)).map(withOwnValue);
  for (let index = 0; index < valueCount; index += 1) {
    const place = bytes.readUInt32LE(headBytes + index * valueHeadBytes);
    const valueEnd = valueStart + bytes.readUInt32LE(headBytes + index * valueHeadBytes + 4);
    const write = writes[place];
    if (write === undefined || valueEnd > bytes.length) throw new RangeError('a value is missing');
    writes[place] = withValue(write, Buffer.from(bytes.subarray(valueStart, valueEnd)));
    valueStart = valueEnd;
  }
  if (valueStart !== bytes.length) throw new RangeError('there are bytes behind its last value');
  return { writeIndex: bytes.readUIntLE(0, 6), writes };
}

/** Makes one payload of several encoded groups. */
export function joinGroups(groups: readonly Pieces[]): Uint8Array[] {
  return groups.flatMap((pieces) => {
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32LE(payloadBytesOf(pieces));
    return [length, ...pieces];
  });
}

/** Yields the groups in a record, each with its share of the payload in bytes. @throws Error for anything else. */
export function* groupsIn(
  kind: number,
  payload: Buffer,
): Generator<WriteGroup & { bytes: number }> {
  if (kind === recordKinds.group) {
    yield { ...decodeGroup(payload), bytes: payload.length };
    return;
  }
  for (let offset = 0; offset < payload.length; ) {
    const bytes = lengthBytes + payload.readUInt32LE(offset);
    if (offset + bytes > payload.length) throw new RangeError('a group is cut off');
    yield { ...decodeGroup(payload.subarray(offset + lengthBytes, offset + bytes)), bytes };
    offset += bytes;
  }
}

export function payloadBytesOf(pieces: Pieces): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function largeValueOf(write: JournalWrite, place: number): { place: number; value: Uint8Array }[] {
  if (!('value' in write) || !(write.value instanceof Uint8Array)) return [];
  return write.value.length < largeBytesMin ? [] : [{ place, value: write.value }];
}

function withoutLargeValue(write: JournalWrite, place: number): JournalWrite {
  return largeValueOf(write, place).length === 0 ? write : withValue(write, nothing);
}

/** The buffer that was read from is used again. */
function withOwnValue(write: JournalWrite): JournalWrite {
  if (!('value' in write) || write.value === undefined) return write;
  return withValue(write, Buffer.from(write.value));
}

function withValue(write: JournalWrite, value: Uint8Array): JournalWrite {
  return write.type === 'accepted' || write.type === 'decided' ? { ...write, value } : write;
}
