import { valueBytesMax } from '@paxkv/client/protocol';
import type { Entry } from '@paxkv/kvserver/state-machine/command';
import { Store } from '@paxkv/kvserver/state-machine/store';
import { expect } from 'chai';
import { append, bytes, get, put, remove } from './fixtures.ts';

function entry(value: string, [create, mod, version]: readonly [number, number, number]): Entry {
  return { value: bytes(value), createRevision: create, modRevision: mod, version };
}

/** A store at revision 10, where `old` holds "abc" and `new` nothing. */
function storeAtTen(): Store {
  return new Store(10, [
    { key: bytes('old'), entry: entry('abc', [3, 5, 2]) },
    { key: bytes('new'), entry: undefined },
  ]);
}

describe('Store', () => {
  it('gets an entry as it was read, and nothing for an absent key', () => {
    const store = storeAtTen();
    expect(store.apply(get('old'))).to.deep.equal({
      type: 'got',
      entry: entry('abc', [3, 5, 2]),
    });
    expect(store.apply(get('new'))).to.deep.equal({ type: 'got', entry: undefined });
    expect(store.revision).to.equal(10);
    expect([...store.changes()]).to.deep.equal([]);
  });

  it('counts revision and version up with each put', () => {
    const store = storeAtTen();
    expect(store.apply(put('old', 'x'))).to.deep.equal({ type: 'put', revision: 11 });
    expect(store.apply(put('new', 'y'))).to.deep.equal({ type: 'put', revision: 12 });
    expect([...store.changes()]).to.deep.equal([
      { key: bytes('old'), entry: entry('x', [3, 11, 3]) },
      { key: bytes('new'), entry: entry('y', [12, 12, 1]) },
    ]);
  });

  it('appends to what is there, an absent key counting as empty', () => {
    const store = storeAtTen();
    const first = store.apply(append('old', 'de'));
    expect(first).to.deep.equal({ type: 'appended', revision: 11, length: 5 });
    const second = store.apply(append('new', 'z'));
    expect(second).to.deep.equal({ type: 'appended', revision: 12, length: 1 });
    expect(store.apply(get('old'))).to.deep.equal({
      type: 'got',
      entry: entry('abcde', [3, 11, 3]),
    });
  });

  it('counts an append of nothing as a write', () => {
    const store = storeAtTen();
    const reply = store.apply(append('new', ''));
    expect(reply).to.deep.equal({ type: 'appended', revision: 11, length: 0 });
  });

  it('begins a key anew after its delete', () => {
    const store = storeAtTen();
    const reply = store.apply(remove('old'));
    expect(reply).to.deep.equal({ type: 'deleted', revision: 11, existed: true });
    expect([...store.changes()]).to.deep.equal([{ key: bytes('old'), entry: undefined }]);
    store.apply(put('old', 'x'));
    expect(store.apply(get('old'))).to.deep.equal({ type: 'got', entry: entry('x', [12, 12, 1]) });
  });

  it('writes nothing for the delete of an absent key', () => {
    const store = storeAtTen();
    const reply = store.apply(remove('new'));
    expect(reply).to.deep.equal({ type: 'deleted', revision: 10, existed: false });
    expect([...store.changes()]).to.deep.equal([]);
  });

  it('refuses an append beyond the limit and changes nothing', () => {
    const full = { value: new Uint8Array(valueBytesMax), createRevision: 1, modRevision: 1 };
    const store = new Store(1, [{ key: bytes('k'), entry: { ...full, version: 1 } }]);
    expect(store.apply(append('k', 'x'))).to.deep.equal({ type: 'refused', reason: 'tooLarge' });
    expect(store.revision).to.equal(1);
    expect([...store.changes()]).to.deep.equal([]);
    expect(store.apply(append('k', ''))).to.include({ type: 'appended', length: valueBytesMax });
  });

  it('leaves the bytes of an earlier reply alone when it appends', () => {
    const store = storeAtTen();
    const before = store.apply(get('old'));
    store.apply(append('old', 'de'));
    expect(before).to.deep.equal({ type: 'got', entry: entry('abc', [3, 5, 2]) });
  });

  it('stops rather than count beyond exact integers', () => {
    const store = new Store(Number.MAX_SAFE_INTEGER, [{ key: bytes('k'), entry: undefined }]);
    expect(() => store.apply(put('k', 'v'))).to.throw(/exact integers/);
  });

  it('stops at a key that was not read before', () => {
    expect(() => storeAtTen().apply(get('other'))).to.throw(/read before/);
  });
});
