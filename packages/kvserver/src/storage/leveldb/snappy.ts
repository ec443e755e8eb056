/**
 * Decompresses Snappy data, since LevelDB may compress its blocks with Snappy.
 *
 * ```text
 *   packed = uncompressed length (varint), then elements; two bits of an element's tag are its type
 *   literal (type 0): the length, in the tag or in the 1 to 4 bytes after it, then the bytes themselves
 *   copy (types 1, 2, 3): repeats earlier output; its length and, in 1, 2 or 4 bytes, how far back it is
 * ```
 */
import { readVarint } from './varint.ts';

/** LevelDB compresses nothing larger than this. A block that claims to be larger is damaged. */
const unpackedBytesMax = 64 * 1024 * 1024;

/** @throws RangeError if `packed` is not valid Snappy data. */
export function unpackSnappy(packed: Buffer): Buffer {
  const { value: length, next } = readVarint(packed, 0);
  if (length > unpackedBytesMax) throw new RangeError('the uncompressed length is too large');
  const unpacked = Buffer.alloc(length);
  let [from, to] = [next, 0];
  while (from < packed.length) {
    const part = readPart(packed, from);
    if (to + part.length > length) throw new RangeError('the uncompressed data exceeds its length');
    if (part.distance === undefined) {
      if (part.next + part.length > packed.length)
        throw new RangeError('the compressed data ends too soon');
      packed.copy(unpacked, to, part.next, part.next + part.length);
      from = part.next + part.length;
    } else {
      if (part.distance === 0 || part.distance > to)
        throw new RangeError('a copy refers to data before the start');
      // Byte by byte, since a copy may include bytes that it has just written itself.
      for (let index = to; index < to + part.length; index += 1) {
        unpacked[index] = unpacked[index - part.distance] ?? 0;
      }
      from = part.next;
    }
    to += part.length;
  }
  if (to !== length) throw new RangeError('the uncompressed data is shorter than its length');
  return unpacked;
}

interface Part {
  readonly length: number;
  /** How many bytes back the copied bytes begin. Absent for a literal. */
  readonly distance?: number;
  /** The offset of the byte after the tag and its fields. */
  readonly next: number;
}

function readPart(packed: Buffer, at: number): Part {
  const tag = packed.readUInt8(at);
  const upper = tag >> 2;
  switch (tag & 3) {
    case 0: {
      if (upper < 60) return { length: upper + 1, next: at + 1 };
      const byteCount = upper - 59;
      return { length: packed.readUIntLE(at + 1, byteCount) + 1, next: at + 1 + byteCount };
    }
    case 1: {
      const distance = ((tag >> 5) << 8) | packed.readUInt8(at + 1);
      return { length: (upper & 7) + 4, distance, next: at + 2 };
    }
    case 2:
      return { length: upper + 1, distance: packed.readUInt16LE(at + 1), next: at + 3 };
    default:
      return { length: upper + 1, distance: packed.readUInt32LE(at + 1), next: at + 5 };
  }
}
