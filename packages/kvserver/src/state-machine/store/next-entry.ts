/** The entry of a key after a write. */
import type { CachedEntry, CachedValue } from './cached-value.ts';

/** `before`: the entry so far, if the key is present. A second write at one revision counts as part of the first. */
export function entryAfter(
  before: CachedEntry | undefined,
  value: CachedValue,
  revision: number,
): CachedEntry {
  const isSameWrite = before?.modRevision === revision;
  return {
    value,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
    version: (before?.version ?? 0) + (isSameWrite ? 0 : 1),
  };
}
