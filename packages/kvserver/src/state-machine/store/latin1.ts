/** Bytes as strings of one character a byte, for look-ups and for values in memory. */
import type { Bytes } from '@paxkv/protocol';

/** Different bytes give different strings. */
export function toText(bytes: Bytes): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

export function fromText(text: string): Bytes {
  return Buffer.from(text, 'latin1');
}

/** A key as a string, for use in a `Map`. */
export function nameOf(key: Bytes): string {
  return toText(key);
}
