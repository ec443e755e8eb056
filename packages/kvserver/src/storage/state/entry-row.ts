/** An entry as a row of the database. */
import type { Entry } from '@paxkv/protocol';
import { type Row, toBytes, toCount } from '@paxkv/protocol';

export function fromEntry({ value, createRevision, modRevision, version }: Entry): Row {
  return [createRevision, modRevision, version, value];
}

/** @throws TypeError */
export function toEntry([createRevision, modRevision, version, value]: Row): Entry {
  return {
    value: toBytes(value),
    createRevision: toCount(createRevision, 1),
    modRevision: toCount(modRevision, 1),
    version: toCount(version, 1),
  };
}
