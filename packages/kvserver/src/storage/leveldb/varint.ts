/** Numbers of LevelDB's files: seven bits a byte, the lowest first, the eighth bit saying that more follow. */

const byteCountMax = 7;

export interface Varint {
  readonly value: number;
  /** Where the next thing begins. */
  readonly next: number;
}

/** @throws RangeError if there is none, or none that is exact. */
export function readVarint(bytes: Buffer, at: number): Varint {
  let value = 0;
  for (let index = 0; index < byteCountMax; index += 1) {
    const byte = bytes.readUInt8(at + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  throw new RangeError('the number is too long');
}
