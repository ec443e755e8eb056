/** Converts bytes to strings with one character for each byte. Such strings serve as map keys and cached values. */
import type { Bytes } from '@paxkv/protocol';

/** Different bytes become different strings. */
export function toText(bytes: Bytes): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

export function fromText(text: string): Bytes {
  return Buffer.from(text, 'latin1');
}

/** The name of a key: a string, for use in a `Map`. */
export function nameOf(key: Bytes): string {
  return toText(key);
}
