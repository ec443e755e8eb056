import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import { toCachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import {
  isInRange,
  type NameRange,
  orderOf,
} from '@paxkv/kvserver/internal/state-machine/store/ranges/name-range';
import { undurableIn } from '@paxkv/kvserver/internal/state-machine/store/ranges/undurable';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytes } from '../../fixtures.ts';

const versions = { createRevision: 1, modRevision: 1, version: 1 };

function slotOf(name: string): CacheSlot {
  return { name, entry: toCachedEntry({ value: bytes(name), ...versions }), rowSum: undefined };
}

const letters = [...'abcdefghij'];
const ranges = fc.record({
  first: fc.constantFrom(...letters),
  end: fc.constantFrom(undefined, ...letters),
  isReversed: fc.boolean(),
});

describe('The undurable entries of a range', () => {
  it('are in order and complete for the part that they cover, which goes up to the rest', () => {
    fc.assert(
      fc.property(
        ranges,
        fc.shuffledSubarray(letters),
        fc.integer({ min: 1, max: 4 }),
        (range: NameRange, names, countMax) => {
          const { covered, entries, rest } = undurableIn(range, names.map(slotOf), countMax);
          const found = entries.map(({ slot }) => slot.name);
          const all = names.filter((name) => isInRange(range, name)).sort(orderOf(range));
          expect(found).to.deep.equal(all.slice(0, found.length));
          expect(found).to.deep.equal(all.filter((name) => isInRange(covered, name)));
          expect(found.length).to.be.at.least(Math.min(countMax, all.length));
          expect(found.length).to.be.below(2 * countMax);
          if (rest === undefined) expect(found).to.deep.equal(all);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keep the entry that they had, while the slot changes', () => {
    const slot = slotOf('a');
    const range = { first: 'a', end: undefined, isReversed: false };
    const { entries } = undurableIn(range, [slot], 10);
    slot.entry = undefined;
    expect(entries[0]?.entry?.value).to.equal('a');
    expect(entries[0]?.slot).to.equal(slot);
  });
});
