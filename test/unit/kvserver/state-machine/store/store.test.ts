import { fromCachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import type { Entry } from '@paxkv/protocol';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { append, bytes, FixedCache, get, type KeyCommand, put, remove } from '../fixtures.ts';

function entry(value: string, [create, mod, version]: readonly [number, number, number]): Entry {
  return { value: bytes(value), createRevision: create, modRevision: mod, version };
}

/** The value of each changed key, in the order of the first changes. */
function changesIn({ changed }: FixedCache) {
  return [...changed].map(({ name, entry: kept }) => ({
    name,
    entry: kept && fromCachedEntry(kept),
  }));
}

describe('Store', () => {
  let cache: FixedCache;
  /** At revision 10, where `old` holds "abc" and `new` is absent. */
  let store: Store;

  const apply = (command: KeyCommand) => store.apply(command, cache.slotsOf(command));

  beforeEach(() => {
    cache = new FixedCache({ old: entry('abc', [3, 5, 2]), new: undefined });
    store = new Store(10, cache);
  });

  it('returns an entry as it was read, and nothing for an absent key', () => {
    expect(apply(get('old'))).to.deep.equal({
      type: 'get',
      entry: entry('abc', [3, 5, 2]),
    });
    expect(apply(get('new'))).to.deep.equal({ type: 'get', entry: undefined });
    expect(store.revision).to.equal(10);
    expect(changesIn(cache)).to.deep.equal([]);
  });

  it('increases revision and version with each put', () => {
    expect(apply(put('old', 'x'))).to.deep.equal({ type: 'put', revision: 11 });
    expect(apply(put('new', 'y'))).to.deep.equal({ type: 'put', revision: 12 });
    expect(changesIn(cache)).to.deep.equal([
      { name: 'old', entry: entry('x', [3, 11, 3]) },
      { name: 'new', entry: entry('y', [12, 12, 1]) },
    ]);
  });

  it('appends to the value, and counts an absent key as empty', () => {
    const first = apply(append('old', 'de'));
    expect(first).to.deep.equal({ type: 'append', revision: 11, length: 5 });
    const second = apply(append('new', 'z'));
    expect(second).to.deep.equal({ type: 'append', revision: 12, length: 1 });
    expect(apply(get('old'))).to.deep.equal({
      type: 'get',
      entry: entry('abcde', [3, 11, 3]),
    });
  });

  it('counts an empty append as a write', () => {
    const reply = apply(append('new', ''));
    expect(reply).to.deep.equal({ type: 'append', revision: 11, length: 0 });
  });

  it('starts a key from scratch after its delete', () => {
    const reply = apply(remove('old'));
    expect(reply).to.deep.equal({ type: 'delete', revision: 11, deleted: true });
    expect(changesIn(cache)).to.deep.equal([{ name: 'old', entry: undefined }]);
    apply(put('old', 'x'));
    expect(apply(get('old'))).to.deep.equal({ type: 'get', entry: entry('x', [12, 12, 1]) });
  });

  it('writes nothing for the delete of an absent key', () => {
    const reply = apply(remove('new'));
    expect(reply).to.deep.equal({ type: 'delete', revision: 10, deleted: false });
    expect(changesIn(cache)).to.deep.equal([]);
  });

  it('refuses an append over the limit and changes nothing', () => {
    const full = { value: new Uint8Array(valueBytesMax), createRevision: 1, modRevision: 1 };
    cache = new FixedCache({ k: { ...full, version: 1 } });
    store = new Store(1, cache);
    expect(apply(append('k', 'x'))).to.deep.equal({ type: 'refused', reason: 'tooLarge' });
    expect(store.revision).to.equal(1);
    expect(changesIn(cache)).to.deep.equal([]);
    expect(apply(append('k', ''))).to.include({ type: 'append', length: valueBytesMax });
  });

  it('does not change the bytes of an earlier reply when it appends', () => {
    const before = apply(get('old'));
    apply(append('old', 'de'));
    expect(before).to.deep.equal({ type: 'get', entry: entry('abc', [3, 5, 2]) });
  });

  it('stops before it counts beyond exact integers', () => {
    store = new Store(Number.MAX_SAFE_INTEGER, cache);
    expect(() => apply(put('new', 'v'))).to.throw(/exact integers/);
  });

  it('stops at a key that is not in memory', () => {
    expect(() => apply(get('other'))).to.throw(/in memory/);
  });
});
