/**
 * Counts the elements of a frame before anything of it is unpacked. An element may take one byte on the wire and
 * many in memory, so a frame of 15 MiB could otherwise become gigabytes of empty maps.
 * It walks the part of MessagePack that messages between servers consist of, and refuses all other bytes.
 */

/** More than any frame has: a page of a state is the message with the most elements, three for each row. */
export const elementCountMax = 262_144;
/** Levels of maps and arrays: an envelope, its message, its votes, each of them, its vote, its ballot. */
export const depthMax = 6;

/**
 * Whether `frame` is a sequence of whole MessagePack values with no more elements and levels than messages have.
 * Extensions and `undefined` are refused. Nothing is allocated, whatever lengths the frame claims.
 */
export function hasBoundedElements(frame: Uint8Array): boolean {
  const walk = new Walk(frame);
  while (!walk.isAtEnd) if (!walk.skip(depthMax)) return false;
  return true;
}

class Walk {
  readonly #bytes: Uint8Array;
  #position = 0;
  #countLeft = elementCountMax;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** Skips one value. False if it is cut off, too large or too deep, or of a type that no message has. */
  skip(depth: number): boolean {
    const token = this.#bytes[this.#position];
    if (token === undefined || this.#countLeft === 0) return false;
    this.#position += 1;
    this.#countLeft -= 1;
    if (token < 0x80 || token >= 0xe0) return true;
    if (token < 0x90) return this.#skipItems(2 * (token - 0x80), depth);
    if (token < 0xa0) return this.#skipItems(token - 0x90, depth);
    if (token < 0xc0) return this.#skipBytes(token - 0xa0);
    return this.#skipLong(token, depth);
  }

  #skipLong(token: number, depth: number): boolean {
    // Lengths of arrays and maps are checked against the elements left, so a false one ends the walk at once.
    if (token === 0xdc || token === 0xdd) return this.#skipItems(this.#length(token - 0xdb), depth);
    if (token === 0xde || token === 0xdf)
      return this.#skipItems(2 * this.#length(token - 0xdd), depth);
    if (token >= 0xc4 && token <= 0xc6) return this.#skipBytes(this.#length(token - 0xc4));
    if (token >= 0xd9 && token <= 0xdb) return this.#skipBytes(this.#length(token - 0xd9));
    const width = widths[token];
    return width !== undefined && this.#skipBytes(width);
  }

  #skipItems(count: number, depth: number): boolean {
    if (depth === 0 || !(count <= this.#countLeft)) return false;
    for (let rest = count; rest > 0; rest -= 1) if (!this.skip(depth - 1)) return false;
    return true;
  }

  #skipBytes(count: number): boolean {
    if (!(count <= this.#bytes.length - this.#position)) return false;
    this.#position += count;
    return true;
  }

  /** The length in the next 1, 2 or 4 bytes, for `power` 0, 1 or 2. NaN if they are cut off. */
  #length(power: number): number {
    let length = 0;
    for (let rest = 2 ** power; rest > 0; rest -= 1) {
      length = length * 256 + (this.#bytes[this.#position] ?? Number.NaN);
      this.#position += 1;
    }
    return length;
  }
}

/** How many bytes follow the first one: nil, booleans, floats, and whole numbers with and without sign. */
const widths: Readonly<Record<number, number>> = {
  ...{ 192: 0, 194: 0, 195: 0, 202: 4, 203: 8 },
  ...{ 204: 1, 205: 2, 206: 4, 207: 8, 208: 1, 209: 2, 210: 4, 211: 8 },
};
