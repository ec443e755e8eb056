/**
 * Entries in memory, with the value as a string of one character for each byte. A byte array would be a separate
 * allocation outside the heap, or a view that keeps a whole batch alive. Such a string is in the heap, is as
 * large as the value, and costs a fraction of the time.
 */
import type { Entry } from '@paxkv/protocol';
import { fromText, toText } from './latin1.ts';

export interface CachedEntry extends Omit<Entry, 'value'> {
  readonly text: string;
}

export function toCachedEntry({ value, createRevision, modRevision, version }: Entry): CachedEntry {
  return { text: toText(value), createRevision, modRevision, version };
}

export function fromCachedEntry({
  text,
  createRevision,
  modRevision,
  version,
}: CachedEntry): Entry {
  return { value: fromText(text), createRevision, modRevision, version };
}
