import type { CacheSlot, Change } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import type { CachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { EntryCache } from '@paxkv/kvserver/internal/state-machine/store/entry-cache';
import { expect } from 'chai';

function entry(text: string): CachedEntry {
  return { text, createRevision: 1, modRevision: 1, version: 1 };
}

/** A database with the rows that a test sets. Reads wait for `gate`. */
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
  /** A cache without room for recent entries. */
  let cache: EntryCache;

  beforeEach(() => {
    database = new Database();
    cache = new EntryCache({ read: database.read, bytesMax: 0 });
  });

  async function change(name: string, value: string): Promise<void> {
    const [slot] = await cache.load([name]);
    if (slot !== undefined) cache.change(slot, entry(value));
  }

  /** Uses so many other entries that all recent ones are dropped. */
  const crowdOut = () => cache.load(['x', 'y', 'z']);
  const heldAt = (name: string) => cache.find(name)?.entry?.text;

  it('finds dirty entries and those being written before it reads the database', async () => {
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
    expect(slot?.entry?.text).to.equal('a');
  });

  it('finds entries that changed during a write, and includes them in the next', async () => {
    await change('k', 'a');
    const first = cache.takeChanges();
    await change('k', 'b');
    expect(first.map(({ entry: held }) => held?.text)).to.deep.equal(['a']);
    database.write(first);
    cache.settle();
    await crowdOut();
    expect(heldAt('k')).to.equal('b');
    expect(cache.takeChanges().map(({ slot }) => slot.name)).to.deep.equal(['k']);
    cache.settle();
    expect(cache.takeChanges()).to.deep.equal([]);
  });

  it('returns a change that was made during a read of the database', async () => {
    const reading = cache.load(['k']);
    await change('k', 'new');
    const [slot] = await reading;
    expect(slot?.entry?.text).to.equal('new');
  });

  it('keeps no entry whose read began before a write and ended after it', async () => {
    cache = new EntryCache({ read: database.read });
    database.rows.set('k', entry('old'));
    let release = () => {};
    database.gate = new Promise((resolve) => {
      release = resolve;
    });
    const reading = cache.load(['k']);
    // Meanwhile the key is changed, written, and dropped.
    cache.takeChanges();
    database.rows.set('k', entry('new'));
    cache.settle();
    release();
    await reading;
    expect(heldAt('k')).to.not.equal('old');
  });

  it('holds all keys of a run, even beyond its limit', async () => {
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

  it('reads only keys from the database that are not in memory', async () => {
    await change('a', '1');
    await cache.hold(['a', 'b']);
    expect(database.asked).to.deep.equal([['a'], ['b']]);
  });

  it('keeps recent entries, up to a limit in bytes', async () => {
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

  it('knows absent keys without the database while it has dropped nothing', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 10_000, isNew: true });
    for (const name of ['a', 'b']) {
      const slot = cache.find(name);
      if (slot !== undefined) cache.change(slot, entry('v'.repeat(3000)));
    }
    database.write(cache.takeChanges());
    cache.settle();
    expect(cache.find('c')).to.deep.equal({ name: 'c', entry: undefined, rowSum: undefined });
    expect(heldAt('a')).to.equal('v'.repeat(3000));
    // After entries were dropped, absent keys are read from the database again.
    for (let count = 0; count < 100; count += 1) cache.find(`${count}`);
    expect(cache.find('b')).to.equal(undefined);
    expect(cache.find('never there')).to.equal(undefined);
    expect(database.asked).to.deep.equal([]);
  });

  it('counts the growth of an entry towards the limit', async () => {
    cache = new EntryCache({ read: database.read, bytesMax: 10_000 });
    await cache.load(['other', 'k']);
    await change('k', 'v'.repeat(6000));
    await change('l', 'v'.repeat(6000));
    database.write(cache.takeChanges());
    cache.settle();
    expect(cache.find('other')).to.equal(undefined);
  });

  it('drops large values after they are written', async () => {
    cache = new EntryCache({ read: database.read, isNew: true });
    const slot = cache.find('k');
    if (slot !== undefined) cache.change(slot, entry('v'.repeat(100_000)));
    expect(heldAt('k')).to.have.length(100_000);
    database.write(cache.takeChanges());
    cache.settle();
    expect(cache.find('k')).to.equal(undefined);
    const [read] = await cache.load(['k']);
    expect(read?.entry?.text).to.have.length(100_000);
    expect(cache.find('k')).to.equal(undefined);
  });

  it('reports the bytes of dirty entries, and of those not durable', async () => {
    for (const length of [100, 200, 100]) await change('k', 'v'.repeat(length));
    const { dirtyBytes } = cache;
    // A write has each dirty key once, with its latest value.
    expect(dirtyBytes).to.be.within(100, 200);
    cache.takeChanges();
    await change('l', 'v');
    expect(cache.undurableBytes).to.equal(dirtyBytes + cache.dirtyBytes);
    cache.settle();
    expect(cache.undurableBytes).to.equal(cache.dirtyBytes).and.be.within(1, 100);
  });
});
