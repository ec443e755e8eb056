import type { CacheSlot, Change } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import type { CachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { EntryCache } from '@paxkv/kvserver/internal/state-machine/store/entry-cache';
import { expect } from 'chai';

function entry(text: string): CachedEntry {
  return { value: text, createRevision: 1, modRevision: 1, version: 1 };
}

/** A database with content set by the test; it answers when the test releases it. */
class Database {
  readonly rows = new Map<string, CachedEntry>();
  readonly asked: string[][] = [];
  gate: Promise<void> = Promise.resolve();

  readonly read = async (names: readonly string[]): Promise<CacheSlot[]> => {
    this.asked.push([...names]);
    const slots = names.map((name) => ({ name, entry: this.rows.get(name), rowSum: undefined }));
    await this.gate;
    return slots;
  };

  write(changes: readonly Change[]): void {
    for (const { slot, entry: held } of changes)
      if (held !== undefined) this.rows.set(slot.name, held);
  }
}

describe('EntryCache', () => {
  let database: Database;
  /** Without room for recently used entries. */
  let cache: EntryCache;

  beforeEach(() => {
    database = new Database();
    cache = new EntryCache({ read: database.read, bytesMax: 0 });
  });

  async function change(name: string, value: string): Promise<void> {
    const [slot] = await cache.load([name]);
    if (slot !== undefined) cache.change(slot, entry(value));
  }

  /** Uses enough other entries to evict all recently used ones. */
  const crowdOut = () => cache.load(['x', 'y', 'z']);
  const heldAt = (name: string) => cache.find(name)?.entry?.value;

  it('looks among entries to be written and being written, then asks the database', async () => {
    await change('k', 'a');
    await crowdOut();
    expect(heldAt('k')).to.equal('a');
    const changes = cache.takeChanges();
    await crowdOut();
    expect(heldAt('k')).to.equal('a');
    database.write(changes);
    cache.settle();
    await crowdOut();
    expect(cache.find('k')).to.equal(undefined);
    const [slot] = await cache.load(['k']);
    expect(slot?.entry?.value).to.equal('a');
  });

  it('finds an entry changed during a write, and writes it with the next one', async () => {
    await change('k', 'a');
    const first = cache.takeChanges();
    await change('k', 'b');
    expect(first.map(({ entry: held }) => held?.value)).to.deep.equal(['a']);
    database.write(first);
    cache.settle();
    await crowdOut();
    expect(heldAt('k')).to.equal('b');
    expect(cache.takeChanges().map(({ slot }) => slot.name)).to.deep.equal(['k']);
    cache.settle();
    expect(cache.takeChanges()).to.deep.equal([]);
  });

  it('returns a change made during a database read', async () => {
    const reading = cache.load(['k']);
    await change('k', 'new');
    const [slot] = await reading;
    expect(slot?.entry?.value).to.equal('new');
  });

  it('finds that change afterwards, and not what the database answered', async () => {
    cache = new EntryCache({ read: database.read });
    database.rows.set('k', entry('old'));
    const reading = cache.load(['k']);
    await change('k', 'new');
    await reading;
    expect(heldAt('k')).to.equal('new');
  });

  it('keeps no database answer from before a write that arrives after it', async () => {
    cache = new EntryCache({ read: database.read });
    database.rows.set('k', entry('old'));
    let release = () => {};
    database.gate = new Promise((resolve) => {
      release = resolve;
    });
    const reading = cache.load(['k']);
    // Meanwhile the key is changed, written, and evicted.
    cache.takeChanges();
    database.rows.set('k', entry('new'));
    cache.settle();
    release();
    await reading;
    expect(heldAt('k')).to.not.equal('old');
  });

  it('holds all keys of a run, however small the limit is', async () => {
    database.rows.set('a', entry('1'));
    await change('b', '2');
    const names = ['a', 'b', 'c', 'd', 'e'];
    await cache.hold(names);
    await crowdOut();
    expect(names.map(heldAt)).to.deep.equal(['1', '2', undefined, undefined, undefined]);
    expect(names.map((name) => cache.find(name)?.name)).to.deep.equal(names);
    cache.release();
    expect(cache.find('e')).to.equal(undefined);
  });

  it('holds keys of a run that were in memory before, though others of the run push them out', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 1000 });
    database.rows.set('a', entry('1'));
    await cache.load(['a']);
    await cache.hold([...'abcdefgh']);
    await crowdOut();
    expect(heldAt('a')).to.equal('1');
  });

  it('asks the database for a key that it never had, unless the database is new', () => {
    expect(new EntryCache({ read: database.read }).find('k')).to.equal(undefined);
  });

  it('asks the database for missing keys only', async () => {
    await change('a', '1');
    await cache.hold(['a', 'b']);
    expect(database.asked).to.deep.equal([['a'], ['b']]);
  });

  it('keeps recently used entries, up to a limit in bytes', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 100_000 });
    const names = Array.from({ length: 1000 }, (_, number) => `${number}`);
    for (const name of names) {
      database.rows.set(name, entry('v'.repeat(1000)));
      await cache.load([name]);
      cache.find('0');
    }
    for (const name of ['999', '0', '980']) expect(cache.find(name)?.name).to.equal(name);
    const kept = names.filter((name) => cache.find(name) !== undefined);
    expect(kept.length).to.be.within(30, 90);
  });

  it('knows absent keys without the database, as long as it holds every entry ever written', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 10_000, isNew: true });
    for (const name of ['a', 'b']) {
      const slot = cache.find(name);
      if (slot !== undefined) cache.change(slot, entry('v'.repeat(3000)));
    }
    database.write(cache.takeChanges());
    cache.settle();
    expect(cache.find('c')).to.deep.equal({ name: 'c', entry: undefined, rowSum: undefined });
    expect(heldAt('a')).to.equal('v'.repeat(3000));
    // As soon as there is no room for all, the database is asked again.
    for (let count = 0; count < 100; count += 1) cache.find(`${count}`);
    expect(cache.find('b')).to.equal(undefined);
    expect(cache.find('never there')).to.equal(undefined);
    expect(database.asked).to.deep.equal([]);
  });

  it('has room for about 80 MiB unless it is told another limit', () => {
    cache = new EntryCache({ read: database.read, isNew: true });
    const large = 'v'.repeat(64 * 1024);
    const names = Array.from({ length: 2000 }, (_, number) => `${number}`);
    for (const name of names) {
      const slot = cache.find(name);
      if (slot !== undefined) cache.change(slot, entry(large));
    }
    cache.takeChanges();
    cache.settle();
    const kept = names.filter((name) => cache.find(name) !== undefined).length;
    // Three quarters of it are for values of this size.
    expect(kept).to.be.within(450, 960);
  });

  it('counts the growth of a key towards the limit', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 10_000 });
    await cache.load(['other', 'k']);
    await change('k', 'v'.repeat(6000));
    await change('l', 'v'.repeat(6000));
    database.write(cache.takeChanges());
    cache.settle();
    expect(cache.find('other')).to.equal(undefined);
  });

  it('keeps large values after they are written, in a quarter of its room', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 4_000_000, isNew: true });
    const names = Array.from({ length: 20 }, (_, number) => `${number}`);
    for (const name of ['small', ...names]) {
      const slot = cache.find(name) ?? (await cache.load([name]))[0];
      if (slot !== undefined) cache.change(slot, entry('v'.repeat(name === 'small' ? 1 : 100_000)));
    }
    database.write(cache.takeChanges());
    cache.settle();
    expect(heldAt('19')).to.have.length(100_000);
    expect(heldAt('small')).to.equal('v');
    const kept = names.filter((name) => cache.find(name) !== undefined).length;
    expect(kept).to.be.within(4, 10);
    const [read] = await cache.load(['0']);
    expect(read?.entry?.value).to.have.length(100_000);
    expect(heldAt('0')).to.have.length(100_000);
  });

  it('counts each changed key with its name and its present value', async () => {
    expect([cache.dirtyBytes, cache.undurableBytes]).to.deep.equal([0, 0]);
    await change('k', 'v'.repeat(100));
    const one = cache.dirtyBytes;
    expect(one).to.be.above(100);
    await change('key', 'v'.repeat(100));
    expect(cache.dirtyBytes).to.equal(2 * one + 2);
    const slot = cache.find('k') ?? expect.fail('not in memory');
    cache.change(slot, undefined);
    expect(cache.dirtyBytes).to.equal(2 * one + 2 - 100);
    cache.change(slot, entry('vv'));
    expect(cache.dirtyBytes).to.equal(2 * one + 2 - 98);
    cache.takeChanges();
    expect(cache.dirtyBytes).to.equal(0);
  });

  it('reports how many bytes wait, and how many are not durable', async () => {
    for (const length of [100, 200, 100]) await change('k', 'v'.repeat(length));
    const { dirtyBytes } = cache;
    // Each key once, with its present value: this is what will be written.
    expect(dirtyBytes).to.be.within(100, 200);
    cache.takeChanges();
    await change('l', 'v');
    expect(cache.undurableBytes).to.equal(dirtyBytes + cache.dirtyBytes);
    cache.settle();
    expect(cache.undurableBytes).to.equal(cache.dirtyBytes).and.be.within(1, 100);
  });
});
