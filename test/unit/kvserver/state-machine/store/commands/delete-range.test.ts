import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import { removalOf } from '@paxkv/kvserver/internal/state-machine/store/commands/delete-range';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import { deleteRangeBytesMax, deleteRangeKeysMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, FixedCache } from '../../fixtures.ts';

const versions = { createRevision: 1, modRevision: 1, version: 1 };

function slots(count: number, valueBytes: number): CacheSlot[] {
  const value = 'x'.repeat(valueBytes);
  return Array.from({ length: count }, (_, index) => {
    return { name: `k${index + 10_000}`, entry: { value, ...versions }, rowSum: 1 };
  });
}

describe('deleteRange', () => {
  it('removes all keys that it is given, up to its bound on keys', () => {
    const max = removalOf(slots(deleteRangeKeysMax, 0));
    expect(max).to.deep.include({ next: undefined });
    expect(max.removed).to.have.length(deleteRangeKeysMax);
    const over = removalOf(slots(deleteRangeKeysMax + 1, 0));
    expect(over.removed).to.have.length(deleteRangeKeysMax);
    expect(Buffer.from(over.next ?? []).toString()).to.equal(`k${10_000 + deleteRangeKeysMax}`);
  });

  it('leaves keys once the values before them have its bound of bytes, and one is never too large', () => {
    const half = deleteRangeBytesMax / 2;
    expect(removalOf(slots(3, half)).removed).to.have.length(2);
    expect(removalOf(slots(3, half - 1)).removed).to.have.length(3);
    expect(removalOf(slots(2, deleteRangeBytesMax)).removed).to.have.length(1);
  });

  it('is one write at one revision, or none if there is no key', () => {
    const cache = new FixedCache({
      a: { value: bytes('1'), ...versions },
      b: { value: bytes('2'), ...versions },
    });
    const store = new Store(10, cache);
    const command = {
      type: 'deleteRange',
      prefix: bytes(''),
      from: bytes('a'),
      to: bytes('c'),
    } as const;
    const present = ['a', 'b'].flatMap((name) => cache.find(name) ?? []);
    const reply = store.apply(command, present);
    expect(reply).to.deep.equal({
      ...{ type: 'deleteRange', revision: 11, deleted: 2, next: undefined },
    });
    expect([...cache.changed].map(({ entry }) => entry)).to.deep.equal([undefined, undefined]);
    expect(store.apply(command, [])).to.deep.include({ revision: 11, deleted: 0 });
    expect(store.revision).to.equal(11);
  });
});
