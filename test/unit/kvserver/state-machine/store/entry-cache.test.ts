import type { CacheSlot, Change } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import type { CachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { EntryCache } from '@paxkv/kvserver/internal/state-machine/store/entry-cache';
import { expect } from 'chai';

function entry(text: string): CachedEntry {
  return { text, createRevision: 1, modRevision: 1, version: 1 };
}

/** A database with content set by the test; it answers when the test releases it. */
class Database {
  readonly rows = new Map<string, CachedEntry>();
  readonly asked: string[][] = [];
  gate: Promise<void> = Promise.resolve();

  readonly read = async (names: readonly string[]): Promise<CacheSlot[]> => {
    this.asked.push([...names]);
    const places = names.map((name) => ({ name, entry: this.rows.get(name), rowSum: undefined }));
    await this.gate;
    return places;
  };

  write(changes: readonly Change[]): void {
    for (const { place, entry: held } of changes)
      if (held !== undefined) this.rows.set(place.name, held);
  }
}

describe('Places', () => {
  let database: Database;
  /** Without room for recently used entries. */
  let places: EntryCache;

  beforeEach(() => {
    database = new Database();
    places = new EntryCache({ read: database.read, bytesMax: 0 });
  });

  async function change(name: string, value: string): Promise<void> {
    const [place] = await places.load([name]);
    if (place !== undefined) places.change(place, entry(value));
  }

  /** Uses enough other entries to evict all recently used ones. */
  const crowdOut = () => places.load(['x', 'y', 'z']);
  const heldAt = (name: string) => places.find(name)?.entry?.text;

  it('find what waits to be written, what is being written, and then ask the database', async () => {
    await change('k', 'a');
    await crowdOut();
    expect(heldAt('k')).to.equal('a');
    const changes = places.takeChanges();
    await crowdOut();
    expect(heldAt('k')).to.equal('a');
    database.write(changes);
    places.settle();
    await crowdOut();
    expect(places.find('k')).to.equal(undefined);
    const [place] = await places.load(['k']);
    expect(place?.entry?.text).to.equal('a');
  });

  it('find what was changed during a write, and write it with the next', async () => {
    await change('k', 'a');
    const first = places.takeChanges();
    await change('k', 'b');
    expect(first.map(({ entry: held }) => held?.text)).to.deep.equal(['a']);
    database.write(first);
    places.settle();
    await crowdOut();
    expect(heldAt('k')).to.equal('b');
    expect(places.takeChanges().map(({ place }) => place.name)).to.deep.equal(['k']);
    places.settle();
    expect(places.takeChanges()).to.deep.equal([]);
  });

  it('give a change made while the database was being asked', async () => {
    const reading = places.load(['k']);
    await change('k', 'new');
    const [place] = await reading;
    expect(place?.entry?.text).to.equal('new');
  });

  it('keep nothing that was read before a write and came after it', async () => {
    places = new EntryCache({ read: database.read });
    database.rows.set('k', entry('old'));
    let release = () => {};
    database.gate = new Promise((resolve) => {
      release = resolve;
    });
    const reading = places.load(['k']);
    // Meanwhile the key is changed, written, and evicted.
    places.takeChanges();
    database.rows.set('k', entry('new'));
    places.settle();
    release();
    await reading;
    expect(heldAt('k')).to.not.equal('old');
  });

  it('hold all keys of a run, however little room there is', async () => {
    database.rows.set('a', entry('1'));
    await change('b', '2');
    const names = ['a', 'b', 'c', 'd', 'e'];
    await places.hold(names);
    await crowdOut();
    expect(names.map(heldAt)).to.deep.equal(['1', '2', undefined, undefined, undefined]);
    expect(names.map((name) => places.find(name)?.name)).to.deep.equal(names);
    places.release();
    expect(places.find('e')).to.equal(undefined);
  });

  it('ask the database for what they do not know, and for nothing else', async () => {
    await change('a', '1');
    await places.hold(['a', 'b']);
    expect(database.asked).to.deep.equal([['a'], ['b']]);
  });

  it('keep what was used lately, up to a bound of bytes', async () => {
    places = new EntryCache({ read: database.read, bytesMax: 100_000 });
    const names = Array.from({ length: 1000 }, (_, number) => `${number}`);
    for (const name of names) {
      database.rows.set(name, entry('v'.repeat(1000)));
      await places.load([name]);
      places.find('0');
    }
    for (const name of ['999', '0', '980']) expect(places.find(name)?.name).to.equal(name);
    const kept = names.filter((name) => places.find(name) !== undefined);
    expect(kept.length).to.be.within(30, 90);
  });

  it('know without asking what is absent, as long as they have all that there ever was', async () => {
    places = new EntryCache({ read: database.read, bytesMax: 10_000, isNew: true });
    for (const name of ['a', 'b']) {
      const place = places.find(name);
      if (place !== undefined) places.change(place, entry('v'.repeat(3000)));
    }
    database.write(places.takeChanges());
    places.settle();
    expect(places.find('c')).to.deep.equal({ name: 'c', entry: undefined, rowSum: undefined });
    expect(heldAt('a')).to.equal('v'.repeat(3000));
    // As soon as there is no room for all, the database is asked again.
    for (let count = 0; count < 100; count += 1) places.find(`${count}`);
    expect(places.find('b')).to.equal(undefined);
    expect(places.find('never there')).to.equal(undefined);
    expect(database.asked).to.deep.equal([]);
  });

  it('count what one key grows by towards the bound', async () => {
    places = new EntryCache({ read: database.read, bytesMax: 10_000 });
    await places.load(['other', 'k']);
    await change('k', 'v'.repeat(6000));
    await change('l', 'v'.repeat(6000));
    database.write(places.takeChanges());
    places.settle();
    expect(places.find('other')).to.equal(undefined);
  });

  it('keep no large value once it is written', async () => {
    places = new EntryCache({ read: database.read, isNew: true });
    const place = places.find('k');
    if (place !== undefined) places.change(place, entry('v'.repeat(100_000)));
    expect(heldAt('k')).to.have.length(100_000);
    database.write(places.takeChanges());
    places.settle();
    expect(places.find('k')).to.equal(undefined);
    const [read] = await places.load(['k']);
    expect(read?.entry?.text).to.have.length(100_000);
    expect(places.find('k')).to.equal(undefined);
  });

  it('tell how much waits, and how much is not durable', async () => {
    for (const length of [100, 200, 100]) await change('k', 'v'.repeat(length));
    const { waitingBytes } = places;
    // Each key once, with its present value: this is what will be written.
    expect(waitingBytes).to.be.within(100, 200);
    places.takeChanges();
    await change('l', 'v');
    expect(places.undurableBytes).to.equal(waitingBytes + places.waitingBytes);
    places.settle();
    expect(places.undurableBytes).to.equal(places.waitingBytes).and.be.within(1, 100);
  });
});
