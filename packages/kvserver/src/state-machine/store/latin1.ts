/** Bytes as strings, for where they are looked up or kept: one character a byte. */
import type { Bytes } from '@paxkv/protocol';

/** No two runs of bytes share a text. */
export function toText(bytes: Bytes): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

export function fromText(text: string): Bytes {
  return Buffer.from(text, 'latin1');
}
