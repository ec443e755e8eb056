/**
 * Packs rows in pieces, so that large byte fields are written or joined without a copy of their own. The pieces are the
 * bytes of `pack`: an array of MessagePack is its header and its packed fields one after another.
 */
import { type Bytes, pack, type Row } from './rows.ts';

/** Smaller byte fields are copied: that costs less than a piece of their own. */
const pieceBytesMin = 1024;

/** Bytes that may be kept. Byte fields of a kibibyte or more are pieces themselves. */
export function packInPieces(row: Row): readonly Bytes[] {
  if (!row.some(isPiece)) return [new Uint8Array(pack(row))];
  const pieces = [arrayHeader(row.length)];
  let begin = 0;
  for (const [index, field] of row.entries()) {
    if (!isPiece(field)) continue;
    pieces.push(packFields(row.slice(begin, index)), bytesHeader(field.length), field);
    begin = index + 1;
  }
  pieces.push(packFields(row.slice(begin)));
  return pieces;
}

function isPiece(field: unknown): field is Bytes {
  return field instanceof Uint8Array && field.length >= pieceBytesMin;
}

/** The packed fields of a row, without its header. */
function packFields(fields: Row): Bytes {
  return new Uint8Array(pack(fields).subarray(arrayHeader(fields.length).length));
}

function arrayHeader(length: number): Bytes {
  return length < 16 ? Uint8Array.of(0x90 | length) : lengthHeader(0xdc, length);
}

/** For at least 256 bytes: fewer have a shorter header. */
function bytesHeader(length: number): Bytes {
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
