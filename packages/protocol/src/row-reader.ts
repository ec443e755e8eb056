/**
 * Reads packed rows: the part of MessagePack that rows consist of. Every server reads the same bytes as the same
 * fields, whatever is installed beside it. msgpackr reads text by an optional native addon or else in JavaScript, and
 * the two differ: JavaScript leaves out a byte order mark, and each repairs malformed UTF-8 in its own way.
 * Rule: bytes that could be read in two ways are refused.
 */
import { ShortTexts, shortTextBytesMax } from './short-texts.ts';

/** How deep rows may be nested. The deepest are the replies in the row of a session. */
const depthMax = 8;
const shortTexts = new ShortTexts();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The fields of the row that `bytes` consist of: rows, numbers, bytes, texts, booleans and `null`. Byte fields are
 * views into `bytes`.
 *
 * @throws TypeError for anything else, for text that is not UTF-8, and for bytes behind the row.
 */
export function readRow(bytes: Uint8Array): readonly unknown[] {
  const reader = new RowReader(bytes);
  const row = reader.read(depthMax);
  if (!Array.isArray(row)) throw new TypeError('The bytes are no row.');
  if (!reader.isAtEnd) throw new TypeError('There are bytes behind the row.');
  return row;
}

class RowReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  read(depth: number): unknown {
    const token = this.#uint8();
    if (token < 0x80) return token;
    if (token >= 0xe0) return token - 0x100;
    if (token >= 0xa0 && token < 0xc0) return this.#text(token - 0xa0);
    if (token >= 0x90 && token < 0xa0) return this.#row(token - 0x90, depth);
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#take(this.#uint8());
      case 0xc5:
        return this.#take(this.#uint(2));
      case 0xc6:
        return this.#take(this.#uint(4));
      case 0xd9:
        return this.#text(this.#uint8());
      case 0xda:
        return this.#text(this.#uint(2));
      case 0xdb:
        return this.#text(this.#uint(4));
      case 0xdc:
        return this.#row(this.#uint(2), depth);
      case 0xdd:
        return this.#row(this.#uint(4), depth);
      default:
        return this.#number(token);
    }
  }

  #number(token: number): number {
    switch (token) {
      case 0xca:
        return this.#dataView.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#dataView.getFloat64(this.#skip(8));
      case 0xcc:
        return this.#uint8();
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return exact(this.#dataView.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#dataView.getInt8(this.#skip(1));
      case 0xd1:
        return this.#dataView.getInt16(this.#skip(2));
      case 0xd2:
        return this.#dataView.getInt32(this.#skip(4));
      case 0xd3:
        return exact(this.#dataView.getBigInt64(this.#skip(8)));
      default:
        throw new TypeError(`A row has no field of the MessagePack type ${token}.`);
    }
  }

  #row(count: number, depth: number): unknown[] {
    if (depth === 0) throw new TypeError('Rows are nested too deeply.');
    // Each field takes a byte at least: no more memory is used than the bytes account for.
    if (count > this.#bytes.length - this.#position) throw cutOff();
    // An array that grows takes room for 16 fields at once, and most rows have a few.
    const row: unknown[] = count < 16 ? new Array(count) : [];
    for (let index = 0; index < count; index += 1) row[index] = this.read(depth - 1);
    return row;
  }

  #text(length: number): string {
    const start = this.#skip(length);
    const text =
      length <= shortTextBytesMax ? shortTexts.read(this.#bytes, start, this.#position) : undefined;
    return text ?? decoder.decode(this.#bytes.subarray(start, this.#position));
  }

  #take(length: number): Uint8Array {
    const start = this.#skip(length);
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer, byteOffset + start, length);
  }

  #uint8(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw cutOff();
    this.#position += 1;
    return byte;
  }

  #uint(byteCount: number): number {
    let number = 0;
    for (let rest = byteCount; rest > 0; rest -= 1) number = number * 256 + this.#uint8();
    return number;
  }

  /** Goes on behind the next `length` bytes, and returns where they begin. */
  #skip(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw cutOff();
    this.#position = start + length;
    return start;
  }

  get #dataView(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#view ??= new DataView(buffer, byteOffset, byteLength);
    return this.#view;
  }
}

/** Safety: a number that is not exact could stand for two of them. */
function exact(number: bigint): number {
  const rounded = Number(number);
  if (Number.isSafeInteger(rounded)) return rounded;
  throw new TypeError('A number in a row is beyond 53 bits.');
}

function cutOff(): TypeError {
  return new TypeError('The bytes end within the row.');
}
