import { boundsOf, compareBytes, endOfPrefix, isEmptyRange, type KeyRange } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';

const bytes = (...values: number[]) => Uint8Array.from(values);
/** Few different bytes, so that keys often share a prefix. */
const some = fc
  .array(fc.constantFrom(0, 1, 254, 255), { maxLength: 3 })
  .map((list) => bytes(...list));
const range = fc.record({ prefix: some, from: some, to: some });

function contains({ prefix, from, to }: KeyRange, key: Uint8Array): boolean {
  const begins = prefix.every((byte, index) => byte === key[index]);
  const isBelow = to.length === 0 || Buffer.compare(key, to) < 0;
  return key.length > 0 && begins && Buffer.compare(key, from) >= 0 && isBelow;
}

describe('A range of keys', () => {
  it('has two bounds, between which are the keys with its prefix from its first key to its end', () => {
    fc.assert(
      fc.property(range, some, (given, key) => {
        const { first, end } = boundsOf(given);
        const isBelow = end === undefined || Buffer.compare(key, end) < 0;
        const isBetween = Buffer.compare(key, first) >= 0 && isBelow;
        expect(isBetween).to.equal(contains(given, key));
      }),
      { numRuns: 2000 },
    );
  });

  it('never has the empty key, which no client can name', () => {
    const all = { prefix: bytes(), from: bytes(), to: bytes() };
    expect(boundsOf(all)).to.deep.equal({ first: bytes(0), end: undefined });
  });

  it('is empty if its end is not above its first key', () => {
    fc.assert(
      fc.property(range, some, (given, key) => {
        if (isEmptyRange(boundsOf(given))) expect(contains(given, key)).to.equal(false);
      }),
    );
    expect(isEmptyRange({ first: bytes(1), end: bytes(1) })).to.equal(true);
    expect(isEmptyRange({ first: bytes(1), end: bytes(1, 0) })).to.equal(false);
  });

  it('of a prefix ends before the next key that does not begin with it, if there is one', () => {
    expect(endOfPrefix(bytes(1, 2))).to.deep.equal(bytes(1, 3));
    expect(endOfPrefix(bytes(1, 255, 255))).to.deep.equal(bytes(2));
    const buffer = Buffer.from([1, 2]);
    endOfPrefix(buffer);
    expect([...buffer]).to.deep.equal([1, 2]);
    expect(endOfPrefix(bytes(255))).to.equal(undefined);
    expect(endOfPrefix(bytes())).to.equal(undefined);
  });

  it('is in the order of the bytes, a key before those that it begins', () => {
    fc.assert(
      fc.property(some, some, (one, other) => {
        expect(Math.sign(compareBytes(one, other))).to.equal(Buffer.compare(one, other));
      }),
    );
  });
});
