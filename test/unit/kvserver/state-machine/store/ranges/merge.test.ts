import type { StoredRow } from '@paxkv/kvserver/internal/state-machine/state-store';
import { toCachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { Merge } from '@paxkv/kvserver/internal/state-machine/store/ranges/merge';
import { orderOf } from '@paxkv/kvserver/internal/state-machine/store/ranges/name-range';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytes } from '../../fixtures.ts';

const versions = { createRevision: 1, modRevision: 1, version: 1 };
const entryOf = (value: string) => toCachedEntry({ value: bytes(value), ...versions });

function rowOf(name: string): StoredRow {
  return { name, open: () => ({ name, entry: entryOf('stored'), rowSum: 1 }) };
}

const letters = [...'abcdefgh'];
/** For each letter whether a row has it, and whether an undurable entry is present, absent, or not there. */
const cases = fc.tuple(
  ...letters.map((name) =>
    fc.record({
      name: fc.constant(name),
      isStored: fc.boolean(),
      undurable: fc.constantFrom('present', 'absent', undefined),
    }),
  ),
);

describe('A merge of rows and undurable entries', () => {
  it('has each present key once in order, and an undurable entry in place of its row', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), fc.integer({ min: 1, max: 3 }), (all, isReversed, size) => {
        const order = orderOf({ first: '', end: undefined, isReversed });
        const sorted = [...all].sort((one, other) => order(one.name, other.name));
        const undurable = sorted.flatMap(({ name, undurable: kind }) => {
          if (kind === undefined) return [];
          const entry = kind === 'present' ? entryOf('new') : undefined;
          return [{ slot: { name, entry, rowSum: undefined }, entry }];
        });
        const merge = new Merge(undurable, order);
        const rows = sorted.filter(({ isStored }) => isStored).map(({ name }) => rowOf(name));
        const found = [];
        for (let at = 0; at < rows.length; at += size) {
          found.push(...merge.take(rows.slice(at, at + size)));
        }
        found.push(...merge.finish());
        const expected = sorted.flatMap(({ name, isStored, undurable: kind }) => {
          if (kind === 'present') return [[name, 'new']];
          return isStored && kind === undefined ? [[name, 'stored']] : [];
        });
        expect(found.map((key) => [key.name, key.entry()?.value])).to.deep.equal(expected);
        for (const key of found) expect(key.slot().name).to.equal(key.name);
      }),
      { numRuns: 500 },
    );
  });
});
