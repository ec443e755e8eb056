/** The entry of a key after a write. */
import type { LeaseId } from '@paxkv/protocol';
import type { CachedEntry, CachedValue } from './cached-value.ts';

/** What a write makes of an entry. */
export interface Written {
  readonly value: CachedValue;
  readonly revision: number;
  /** The lease of the entry from now on. */
  readonly lease: LeaseId | undefined;
}

/** `before`: the entry so far, if the key is present. A second write at one revision counts as part of the first. */
export function entryAfter(
  before: CachedEntry | undefined,
  { value, revision, lease }: Written,
): CachedEntry {
  const isSameWrite = before?.modRevision === revision;
  return {
    value,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
    version: (before?.version ?? 0) + (isSameWrite ? 0 : 1),
    ...(lease !== undefined && { lease }),
  };
}
