/**
 * Reads the subset of MessagePack that requests consist of, from untrusted bytes.
 * Rule: accepted bytes have the same meaning wherever they are copied to. Extensions are therefore refused, since
 * they can refer to other parts of a frame. Copied into a batch, such bytes would stop every replica.
 */
import { isUtf8 } from 'node:buffer';
import { type Bytes, type Row, ShortTexts, shortTextBytesMax } from '@paxkv/protocol';

/** A row may contain rows, and those contain none. */
const depthMax = 2;

const shortTexts = new ShortTexts();

/** Raised for malformed bytes. The message never contains any of them. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export class PlainReader {
  readonly #bytes: Bytes;
  #position = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#position;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** A whole number from 0 that a double holds exactly. @throws FrameError */
  readCount(): number {
    return this.#countOf(this.#take());
  }

  /** An array of at most 15 fields: counts, bytes, texts and, one level down, rows. @throws FrameError */
  readRow(): Row {
    return this.#rowOf(this.#take(), depthMax);
  }

  #rowOf(token: number, depth: number): Row {
    if (token < 0x90 || token > 0x9f) throw new FrameError('expected a row');
    if (depth === 0) throw new FrameError('rows are nested too deeply');
    const count = token - 0x90;
    const row = new Array<unknown>(count);
    for (let index = 0; index < count; index += 1) row[index] = this.#readField(depth - 1);
    return row;
  }

  #readField(depth: number): unknown {
    const token = this.#take();
    if (token < 0x80) return token;
    if (token >= 0xc4 && token <= 0xc6) return this.#takeBytes(this.#uint(2 ** (token - 0xc4)));
    if (token <= 0x9f) return this.#rowOf(token, depth);
    if (token >= 0xa0 && token <= 0xbf) return this.#takeText(token - 0xa0);
    if (token === 0xd9) return this.#takeText(this.#take());
    return this.#countOf(token);
  }

  #countOf(token: number): number {
    if (token < 0x80) return token;
    if (token >= 0xcc && token <= 0xce) return this.#uint(2 ** (token - 0xcc));
    if (token === 0xcb) return this.#largeCount();
    throw new FrameError(`unsupported MessagePack type ${token}`);
  }

  /** MessagePack libraries for JavaScript write a count above 32 bits as a double. */
  #largeCount(): number {
    const { buffer, byteOffset } = this.#takeBytes(8);
    const count = new DataView(buffer, byteOffset, 8).getFloat64(0);
    if (Number.isSafeInteger(count) && count >= 2 ** 32) return count;
    throw new FrameError('a double that is not a count above 32 bits');
  }

  #uint(byteCount: number): number {
    let number = 0;
    for (let rest = byteCount; rest > 0; rest -= 1) number = number * 256 + this.#take();
    return number;
  }

  #take(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw new FrameError('the frame ends within a request');
    this.#position += 1;
    return byte;
  }

  #takeBytes(length: number): Bytes {
    const start = this.#skip(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
  }

  #takeText(length: number): string {
    const start = this.#skip(length);
    const text =
      length <= shortTextBytesMax ? shortTexts.read(this.#bytes, start, this.#position) : undefined;
    return text ?? decoded(this.#bytes.subarray(start, this.#position));
  }

  /** Goes on behind the next `length` bytes, and returns where they begin. */
  #skip(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start)
      throw new FrameError('the frame ends within a request');
    this.#position = start + length;
    return start;
  }
}

function decoded(bytes: Bytes): string {
  if (!isUtf8(bytes)) throw new FrameError('a text that is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
