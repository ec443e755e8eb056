import { fromCachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import type { KeyCommand } from '@paxkv/kvserver/internal/state-machine/store/commands/effect';
import { nameOf } from '@paxkv/kvserver/internal/state-machine/store/latin1';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import type { Entry } from '@paxkv/protocol';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { append, bytes, get, KnownPlaces, put, remove } from '../fixtures.ts';

function entry(value: string, [create, mod, version]: readonly [number, number, number]): Entry {
  return { value: bytes(value), createRevision: create, modRevision: mod, version };
}

/** The value of each changed key, in the order of the first changes. */
function changesIn({ changed }: KnownPlaces) {
  return [...changed].map(({ name, entry: kept }) => ({
    name,
    entry: kept && fromCachedEntry(kept),
  }));
}

describe('Store', () => {
  let places: KnownPlaces;
  /** At revision 10, where `old` holds "abc" and `new` is absent. */
  let store: Store;

  const apply = (command: KeyCommand) => store.apply(command, places.find(nameOf(command.key)));

  beforeEach(() => {
    places = new KnownPlaces({ old: entry('abc', [3, 5, 2]), new: undefined });
    store = new Store(10, places);
  });

  it('gets an entry as it was read, and nothing for an absent key', () => {
    expect(apply(get('old'))).to.deep.equal({
      type: 'get',
      entry: entry('abc', [3, 5, 2]),
    });
    expect(apply(get('new'))).to.deep.equal({ type: 'get', entry: undefined });
    expect(store.revision).to.equal(10);
    expect(changesIn(places)).to.deep.equal([]);
  });

  it('counts revision and version up with each put', () => {
    expect(apply(put('old', 'x'))).to.deep.equal({ type: 'put', revision: 11 });
    expect(apply(put('new', 'y'))).to.deep.equal({ type: 'put', revision: 12 });
    expect(changesIn(places)).to.deep.equal([
      { name: 'old', entry: entry('x', [3, 11, 3]) },
      { name: 'new', entry: entry('y', [12, 12, 1]) },
    ]);
  });

  it('appends to what is there, an absent key counting as empty', () => {
    const first = apply(append('old', 'de'));
    expect(first).to.deep.equal({ type: 'append', revision: 11, length: 5 });
    const second = apply(append('new', 'z'));
    expect(second).to.deep.equal({ type: 'append', revision: 12, length: 1 });
    expect(apply(get('old'))).to.deep.equal({
      type: 'get',
      entry: entry('abcde', [3, 11, 3]),
    });
  });

  it('counts an append of nothing as a write', () => {
    const reply = apply(append('new', ''));
    expect(reply).to.deep.equal({ type: 'append', revision: 11, length: 0 });
  });

  it('begins a key anew after its delete', () => {
    const reply = apply(remove('old'));
    expect(reply).to.deep.equal({ type: 'delete', revision: 11, deleted: true });
    expect(changesIn(places)).to.deep.equal([{ name: 'old', entry: undefined }]);
    apply(put('old', 'x'));
    expect(apply(get('old'))).to.deep.equal({ type: 'get', entry: entry('x', [12, 12, 1]) });
  });

  it('writes nothing for the delete of an absent key', () => {
    const reply = apply(remove('new'));
    expect(reply).to.deep.equal({ type: 'delete', revision: 10, deleted: false });
    expect(changesIn(places)).to.deep.equal([]);
  });

  it('refuses an append beyond the limit and changes nothing', () => {
    const full = { value: new Uint8Array(valueBytesMax), createRevision: 1, modRevision: 1 };
    places = new KnownPlaces({ k: { ...full, version: 1 } });
    store = new Store(1, places);
    expect(apply(append('k', 'x'))).to.deep.equal({ type: 'refused', reason: 'tooLarge' });
    expect(store.revision).to.equal(1);
    expect(changesIn(places)).to.deep.equal([]);
    expect(apply(append('k', ''))).to.include({ type: 'append', length: valueBytesMax });
  });

  it('leaves the bytes of an earlier reply alone when it appends', () => {
    const before = apply(get('old'));
    apply(append('old', 'de'));
    expect(before).to.deep.equal({ type: 'get', entry: entry('abc', [3, 5, 2]) });
  });

  it('stops rather than count beyond exact integers', () => {
    store = new Store(Number.MAX_SAFE_INTEGER, places);
    expect(() => apply(put('new', 'v'))).to.throw(/exact integers/);
  });

  it('stops at a key that is not in memory', () => {
    expect(() => apply(get('other'))).to.throw(/in memory/);
  });
});
