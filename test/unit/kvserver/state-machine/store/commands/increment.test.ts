import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import { expect } from 'chai';
import { bytes, FixedCache } from '../../fixtures.ts';

const max = 2n ** 63n - 1n;
const min = -(2n ** 63n);

/** A store at revision 10 with one key, which is absent or has this value. */
function storeOf(value: string | undefined) {
  const versions = { createRevision: 3, modRevision: 5, version: 2 };
  const entry = value === undefined ? undefined : { value: bytes(value), ...versions };
  const cache = new FixedCache({ key: entry });
  const store = new Store(10, cache);
  const slot = cache.find('key');
  const add = (by: bigint) =>
    store.apply({ type: 'increment', key: bytes('key'), by }, slot ? [slot] : []);
  return { add, text: () => slot?.entry?.value, store };
}

describe('increment', () => {
  it('starts an absent key at 0', () => {
    const { add, text } = storeOf(undefined);
    expect(add(5n)).to.deep.equal({ type: 'increment', revision: 11, value: 5n });
    expect(add(-7n)).to.deep.equal({ type: 'increment', revision: 12, value: -2n });
    expect(text()).to.equal('-2');
  });

  it('writes the counter even when it adds 0', () => {
    const { add, text } = storeOf(undefined);
    expect(add(0n)).to.deep.equal({ type: 'increment', revision: 11, value: 0n });
    expect(text()).to.equal('0');
  });

  it('adds to a decimal value that a put wrote', () => {
    expect(storeOf('41').add(1n)).to.include({ value: 42n });
    expect(storeOf(String(min)).add(max)).to.include({ value: -1n });
  });

  for (const value of ['', ' 1', '1 ', '+1', '01', '-0', '1.0', '1e3', 'one', String(max + 1n)]) {
    it(`refuses ${JSON.stringify(value)}, and leaves it unchanged`, () => {
      const { add, text, store } = storeOf(value);
      expect(add(1n)).to.deep.equal({ type: 'refused', reason: 'notACounter' });
      expect(text()).to.equal(value);
      expect(store.revision).to.equal(10);
    });
  }

  for (const [value, by] of [
    [max, 1n],
    [min, -1n],
    [max, max],
    [min, min],
  ] as const) {
    it(`refuses to add ${by} to ${value}, beyond 64 bits`, () => {
      const { add, text } = storeOf(String(value));
      expect(add(by)).to.deep.equal({ type: 'refused', reason: 'counterOverflow' });
      expect(text()).to.equal(String(value));
    });
  }
});
