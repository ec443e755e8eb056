/**
 * Packs rows in pieces, so that large byte fields are written or joined without a copy of their own. The pieces are the
 * bytes of `pack`: an array of MessagePack is its header and its packed fields one after another.
 */
import { type Bytes, pack, type Row } from './rows.ts';

/** Smaller byte fields are copied: that costs less than a piece of their own. */
const pieceBytesMin = 1024;

/** A byte field that is given in parts, which are joined. */
export class BytesInParts {
  readonly parts: readonly Bytes[];
  readonly length: number;

  constructor(parts: readonly Bytes[]) {
    this.parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  /** The parts in one array, which nobody else has. */
  join(): Bytes {
    const joined = new Uint8Array(this.length);
    let length = 0;
    for (const part of this.parts) {
      joined.set(part, length);
      length += part.length;
    }
    return joined;
  }
}

/** Bytes that may be kept. Byte fields of a kibibyte or more, or their parts, are pieces themselves. */
export function packInPieces(row: Row): readonly Bytes[] {
  const fields = row.map(joinedIfSmall);
  if (!fields.some(isLarge)) return [new Uint8Array(pack(fields))];
  const pieces = [arrayHeader(fields.length)];
  let begin = 0;
  for (const [index, field] of fields.entries()) {
    if (!isLarge(field)) continue;
    const parts = field instanceof BytesInParts ? field.parts : [field];
    pieces.push(packFields(fields.slice(begin, index)), bytesHeader(field.length), ...parts);
    begin = index + 1;
  }
  pieces.push(packFields(fields.slice(begin)));
  return pieces;
}

function joinedIfSmall(field: unknown): unknown {
  const isSmall = field instanceof BytesInParts && field.length < pieceBytesMin;
  return isSmall ? field.join() : field;
}

function isLarge(field: unknown): field is Bytes | BytesInParts {
  const isBytes = field instanceof Uint8Array || field instanceof BytesInParts;
  return isBytes && field.length >= pieceBytesMin;
}

/** The packed fields of a row, without its header. */
function packFields(fields: Row): Bytes {
  return new Uint8Array(pack(fields).subarray(arrayHeader(fields.length).length));
}

function arrayHeader(length: number): Bytes {
  return length < 16 ? Uint8Array.of(0x90 | length) : lengthHeader(0xdc, length);
}

/** What precedes a byte field in MessagePack. `length`: at least 256; fewer bytes have a shorter header. */
export function bytesHeader(length: number): Bytes {
  return lengthHeader(0xc5, length);
}

/** `format`: that with two bytes for the length. The next one has four. */
function lengthHeader(format: number, length: number): Bytes {
  const isShort = length < 2 ** 16;
  const header = new DataView(new ArrayBuffer(isShort ? 3 : 5));
  header.setUint8(0, isShort ? format : format + 1);
  if (isShort) header.setUint16(1, length);
  else header.setUint32(1, length);
  return new Uint8Array(header.buffer);
}
