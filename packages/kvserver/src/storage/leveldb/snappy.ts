/**
 * Unpacks what Snappy packed, as LevelDB's blocks may be.
 *
 * ```text
 *   packed = length of the whole (varint), then parts of two kinds, told apart by two bits of a tag
 *   literal 0: length in the tag, or in 1 to 4 bytes behind it; then the bytes themselves
 *   copy 1, 2, 3: bytes given out before; their length and, in 1, 2 or 4 bytes, how far back they are
 * ```
 */
import { readVarint } from './varint.ts';

/** Nothing that LevelDB packs is larger; what claims to be is not believed. */
const unpackedBytesMax = 64 * 1024 * 1024;

/** @throws RangeError if this is no such thing. */
export function unpackSnappy(packed: Buffer): Buffer {
  const { value: length, next } = readVarint(packed, 0);
  if (length > unpackedBytesMax) throw new RangeError('it claims to be too large');
  const unpacked = Buffer.alloc(length);
  let [from, to] = [next, 0];
  while (from < packed.length) {
    const part = readPart(packed, from);
    if (to + part.length > length) throw new RangeError('it is larger than it says');
    if (part.distance === undefined) {
      if (part.next + part.length > packed.length) throw new RangeError('it ends too soon');
      packed.copy(unpacked, to, part.next, part.next + part.length);
      from = part.next + part.length;
    } else {
      if (part.distance === 0 || part.distance > to) throw new RangeError('it copies from nowhere');
      // Byte by byte: a copy may reach into what it gives out itself.
      for (let index = to; index < to + part.length; index += 1) {
        unpacked[index] = unpacked[index - part.distance] ?? 0;
      }
      from = part.next;
    }
    to += part.length;
  }
  if (to !== length) throw new RangeError('it is smaller than it says');
  return unpacked;
}

interface Part {
  readonly length: number;
  /** How far back what is copied begins; absent for a literal. */
  readonly distance?: number;
  /** Behind the tag and what belongs to it. */
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
