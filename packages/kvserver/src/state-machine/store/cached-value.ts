/**
 * Entries in memory. A small value is a string of one character for each byte: a byte array would be a separate
 * allocation outside the heap, or a view that keeps a whole batch alive. Such a string is in the heap, is as large as
 * the value, and costs a fraction of the time. A large value stays bytes: a conversion in either direction takes
 * milliseconds.
 * Rule: nobody else has the bytes of a large value, or a program in this process could change the state by them.
 */
import type { Bytes, Entry } from '@paxkv/protocol';
import { fromText, toText } from './latin1.ts';

/** Larger values stay bytes. */
export const textBytesMax = 64 * 1024;

/** As text, one character is one byte. */
export type CachedValue = string | Bytes;

export interface CachedEntry extends Omit<Entry, 'value'> {
  readonly value: CachedValue;
}

/** A part of a much larger buffer is copied: it would keep all of that in memory, which nobody counts. */
export function toCachedValue(value: Bytes): CachedValue {
  if (value.length <= textBytesMax) return toText(value);
  return value.buffer.byteLength > 2 * value.length ? copyOf(value) : value;
}

export function textOf(value: CachedValue): string {
  return typeof value === 'string' ? value : toText(value);
}

export function bytesOf(value: CachedValue): Bytes {
  return typeof value === 'string' ? fromText(value) : value;
}

export function toCachedEntry(entry: Entry): CachedEntry {
  return { ...entry, value: toCachedValue(entry.value) };
}

export function fromCachedEntry(entry: CachedEntry): Entry {
  return { ...entry, value: bytesOf(entry.value) };
}

/** An entry for a reply, with a value of its own. */
export function toReplyEntry(cached: CachedEntry): Entry {
  const { value } = cached;
  return { ...cached, value: typeof value === 'string' ? fromText(value) : copyOf(value) };
}

/** As bytes that no other array shares. A `Buffer` may be a part of a pool, and its `slice` is no copy. */
function copyOf(value: Bytes): Bytes {
  return new Uint8Array(value);
}
