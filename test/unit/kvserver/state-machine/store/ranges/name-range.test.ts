import {
  boundAfter,
  continuedAt,
  isInRange,
  type NameRange,
  orderOf,
  toNameRange,
  upTo,
} from '@paxkv/kvserver/internal/state-machine/store/ranges/name-range';
import { expect } from 'chai';
import { bytes } from '../../fixtures.ts';

const names = ['a', 'b', 'b\0', 'ba', 'c'];
const range = (isReversed: boolean): NameRange => ({ first: 'a', end: 'c', isReversed });

describe('A range of names', () => {
  it('has the bounds of a range of keys, one character for each byte', () => {
    const keys = { prefix: Uint8Array.of(200, 1), from: bytes(''), to: bytes('') };
    expect(toNameRange(keys)).to.deep.equal({
      ...{ first: '\u00c8\u0001', end: '\u00c8\u0002', isReversed: false },
    });
    expect(toNameRange({ ...keys, prefix: bytes('') }, true)).to.deep.equal({
      ...{ first: '\0', end: undefined, isReversed: true },
    });
  });

  it('includes its first name, and not its end', () => {
    expect(names.filter((name) => isInRange(range(false), name))).to.deep.equal([
      'a',
      'b',
      'b\0',
      'ba',
    ]);
  });

  for (const isReversed of [false, true]) {
    it(`is cut in two behind any name, ${isReversed ? 'downwards' : 'upwards'}`, () => {
      const whole = range(isReversed);
      const inOrder = names.filter((name) => isInRange(whole, name)).sort(orderOf(whole));
      expect(inOrder[0]).to.equal(isReversed ? 'ba' : 'a');
      for (const [index, name] of inOrder.entries()) {
        const rest = continuedAt(whole, boundAfter(whole, name));
        const inPart = (part: NameRange) => inOrder.filter((each) => isInRange(part, each));
        expect(inPart(upTo(whole, name))).to.deep.equal(inOrder.slice(0, index + 1));
        expect(inPart(rest)).to.deep.equal(inOrder.slice(index + 1));
      }
    });
  }
});
