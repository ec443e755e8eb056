/**
 * Entries in memory. A small value is a string of one character for each byte: a byte array would be a separate
 * allocation outside the heap, or a view that keeps a whole batch alive. Such a string is in the heap, is as large as
 * the value, and costs a fraction of the time. A large value stays as it came: a conversion in either direction takes
 * milliseconds, and it is in memory only until it is written.
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

export function toCachedValue(value: Bytes): CachedValue {
  return value.length > textBytesMax ? value : toText(value);
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

/** An entry for a reply, which may wait long for its client: its value keeps no larger batch in memory. */
export function toReplyEntry(cached: CachedEntry): Entry {
  const entry = fromCachedEntry(cached);
  const { value } = entry;
  const isSmallPart = value.length > textBytesMax && value.buffer.byteLength > 2 * value.length;
  return isSmallPart ? { ...entry, value: Uint8Array.from(value) } : entry;
}
