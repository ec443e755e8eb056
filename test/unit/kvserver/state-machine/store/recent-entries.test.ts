import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import { RecentEntries } from '@paxkv/kvserver/internal/state-machine/store/recent-entries';
import { expect } from 'chai';

/** What a slot without a value takes, with a name of one character. */
const emptyBytes = 225;

function slot(name: string, valueBytes?: number): CacheSlot {
  const entry =
    valueBytes === undefined
      ? undefined
      : { value: 'x'.repeat(valueBytes), createRevision: 1, modRevision: 1, version: 1 };
  return { name, entry, rowSum: undefined };
}

describe('RecentEntries', () => {
  /** Room for so many slots in each generation. */
  const roomFor = (count: number) => new RecentEntries(2 * count * emptyBytes);

  const names = (recent: RecentEntries, candidates: string) =>
    [...candidates].filter((name) => recent.find(name) !== undefined).join('');

  it('has everything until two generations are full', () => {
    for (const name of 'abc') {
      const recent = roomFor(2);
      for (const added of 'abc') recent.add(slot(added));
      expect(recent.hasDropped).to.equal(false);
      expect(recent.find(name)?.name).to.equal(name);
    }
  });

  it('drops the older generation when the younger is full: not one byte before', () => {
    const recent = new RecentEntries(2 * (2 * emptyBytes + 1));
    // Two slots are one byte less than a generation, the third fills it.
    for (const name of 'abc') recent.add(slot(name));
    expect(recent.hasDropped).to.equal(false);
    for (const name of 'de') recent.add(slot(name));
    expect(recent.hasDropped).to.equal(false);
    recent.add(slot('f'));
    expect(recent.hasDropped).to.equal(true);
    expect(names(recent, 'abcdef')).to.equal('def');
  });

  it('keeps what is used: a slot that is found moves to the younger generation', () => {
    for (const [name, isKept] of [
      ['a', true],
      ['b', false],
      ['c', true],
      ['d', true],
    ] as const) {
      const recent = roomFor(2);
      for (const added of 'ab') recent.add(slot(added));
      // `a` and `b` are the older generation now.
      expect(recent.find('a')?.name).to.equal('a');
      recent.add(slot('c'));
      recent.add(slot('d'));
      expect(recent.find(name)?.name, name).to.equal(isKept ? name : undefined);
    }
  });

  it('counts names and values, and what a value grows by', () => {
    const recent = new RecentEntries(2 * (emptyBytes + 100));
    recent.add(slot('a', 99));
    const kept = recent.find('a') ?? expect.fail('gone');
    recent.add(slot('b'));
    expect(recent.hasDropped).to.equal(false);
    // Fills the second generation by growth alone.
    recent.onChanged(kept, 50);
    expect(recent.hasDropped).to.equal(false);
    recent.onChanged(kept, 400);
    expect(recent.hasDropped).to.equal(true);
  });

  it('has a value of 64 KiB and none that is longer, however it came', () => {
    const recent = new RecentEntries(2 ** 24);
    recent.add(slot('a', 64 * 1024));
    expect([names(recent, 'a'), recent.hasDropped]).to.deep.equal(['a', false]);
    recent.add(slot('b', 64 * 1024 + 1));
    expect([names(recent, 'ab'), recent.hasDropped]).to.deep.equal(['a', true]);
  });

  for (const generation of ['younger', 'older']) {
    it(`forgets a slot of the ${generation} generation whose value became too long`, () => {
      const recent = new RecentEntries(2 * 200_000);
      const grown = slot('a', 0);
      recent.add(grown);
      // Three long values fill a generation, and the next one has room for what grew.
      if (generation === 'older') for (const name of 'bcde') recent.add(slot(name, 60_000));
      grown.entry = slot('a', 64 * 1024 + 1).entry;
      recent.onChanged(grown, 64 * 1024 + 1);
      expect([recent.find('a'), recent.hasDropped]).to.deep.equal([undefined, true]);
      expect(recent.find(generation === 'older' ? 'b' : 'a')?.name).to.equal(
        generation === 'older' ? 'b' : undefined,
      );
    });
  }

  it('keeps no more than its limit, whatever the values', () => {
    for (const bytesMax of [1, 1000, 10_000]) {
      const recent = new RecentEntries(bytesMax);
      const all = Array.from({ length: 500 }, (_, index) => `${index}`);
      for (const [index, name] of all.entries()) recent.add(slot(name, index % 40));
      const kept = all.filter((name) => recent.find(name) !== undefined);
      // Each has at least its overhead; finding moves them, so no more than two generations are left.
      expect(kept.length * emptyBytes).to.be.at.most(bytesMax + 4 * emptyBytes);
      expect(recent.hasDropped).to.equal(true);
    }
  });
});
