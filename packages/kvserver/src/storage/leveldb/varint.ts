/** Varints of LevelDB's files: 7 bits per byte, the lowest first; the 8th bit is set if more bytes follow. */

const byteCountMax = 7;

export interface Varint {
  readonly value: number;
  /** The offset of the byte after the number. */
  readonly next: number;
}

/** @throws RangeError if there is no number, or none that is a safe integer. */
export function readVarint(bytes: Buffer, at: number): Varint {
  let value = 0;
  for (let index = 0; index < byteCountMax; index += 1) {
    const byte = bytes.readUInt8(at + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  throw new RangeError('a varint is too long');
}
