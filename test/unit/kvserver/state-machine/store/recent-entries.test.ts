import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import { RecentEntries } from '@paxkv/kvserver/internal/state-machine/store/recent-entries';
import { expect } from 'chai';

/** The longest value of a small entry. */
const smallMax = 64 * 1024;

function slot(name: string, valueBytes: number): CacheSlot {
  return { name, entry: entryOf(valueBytes), rowSum: undefined };
}

function entryOf(valueBytes: number) {
  return { value: 'x'.repeat(valueBytes), createRevision: 1, modRevision: 1, version: 1 };
}

function change(recent: RecentEntries, changed: CacheSlot, valueBytes: number): void {
  const growth = valueBytes - (changed.entry?.value.length ?? 0);
  changed.entry = entryOf(valueBytes);
  recent.onChanged(changed, growth);
}

describe('RecentEntries', () => {
  const names = (recent: RecentEntries, candidates: readonly string[]) =>
    candidates.filter((name) => recent.find(name) !== undefined);

  it('have absent keys, and values of any length', () => {
    const recent = new RecentEntries(2 ** 24);
    recent.add({ name: 'absent', entry: undefined, rowSum: undefined });
    for (const bytes of [0, smallMax, smallMax + 1, 2 ** 20]) recent.add(slot(`${bytes}`, bytes));
    const all = ['absent', '0', `${smallMax}`, `${smallMax + 1}`, `${2 ** 20}`];
    expect(names(recent, all)).to.deep.equal(all);
    expect(recent.hasDropped).to.equal(false);
  });

  it('drop no small entry for large ones, however many these are', () => {
    const recent = new RecentEntries(2 ** 22);
    recent.add(slot('small', smallMax));
    for (let count = 0; count < 100; count += 1) recent.add(slot(`${count}`, smallMax + 1));
    expect(recent.find('small')?.name).to.equal('small');
    expect(recent.find('0')).to.equal(undefined);
    expect(recent.find('99')?.name).to.equal('99');
    expect(recent.hasDropped).to.equal(true);
  });

  it('drop no large entry for small ones, however many these are', () => {
    const recent = new RecentEntries(2 ** 22);
    recent.add(slot('large', smallMax + 1));
    for (let count = 0; count < 100; count += 1) recent.add(slot(`${count}`, smallMax));
    expect(recent.find('large')?.name).to.equal('large');
    expect(recent.find('0')).to.equal(undefined);
    expect(recent.hasDropped).to.equal(true);
  });

  /** Bytes that stay of twice the limit in values of some size, after others, in parts of the limit. */
  function keptShare(valueBytes: number, others: readonly number[] = []): number {
    const bytesMax = 32 * 2 ** 20;
    const recent = new RecentEntries(bytesMax);
    for (const [index, bytes] of others.entries()) recent.add(slot(`other ${index}`, bytes));
    const all = Array.from({ length: (2 * bytesMax) / valueBytes }, (_, index) => `${index}`);
    for (const name of all) recent.add(slot(name, valueBytes));
    return (names(recent, all).length * valueBytes) / bytesMax;
  }

  // The generations are between half full and full.
  const slack = 0.05;

  it('give at most a quarter of their limit to large entries', () => {
    expect(keptShare(2 ** 19)).to.be.within(1 / 8 - slack, 1 / 4);
  });

  it('give to small entries what large ones leave', () => {
    const whole = keptShare(smallMax);
    expect(whole).to.be.within(1 / 2 - slack, 1);
    const large = Array.from({ length: 32 }, () => 2 ** 19);
    expect(keptShare(smallMax, large)).to.be.within(
      (7 / 8) * whole - slack,
      (7 / 8) * whole + slack,
    );
    const [one] = large;
    expect(keptShare(smallMax, one === undefined ? [] : [one])).to.be.within(whole - slack, whole);
  });

  it('give to small entries three quarters of their limit, however large a value is', () => {
    expect(keptShare(smallMax, [2 ** 26, 2 ** 26])).to.be.within(3 / 8 - slack, 3 / 4);
  });

  for (const [before, after] of [
    [10, smallMax + 1],
    [smallMax + 1, 10],
  ] as const) {
    it(`keep an entry that changes from ${before} to ${after} bytes, once`, () => {
      const recent = new RecentEntries(2 ** 22);
      const changed = slot('changed', before);
      recent.add(changed);
      change(recent, changed, after);
      expect(recent.find('changed')).to.equal(changed);
      expect(recent.hasDropped).to.equal(false);
      // As many others of its former kind as fill both generations do not displace it.
      for (let count = 0; count < 100; count += 1) {
        recent.add(slot(`${count}`, Math.max(before, smallMax)));
      }
      expect(recent.find('changed')).to.equal(changed);
    });
  }

  it('count what a value grows by', () => {
    const recent = new RecentEntries(2 ** 20);
    const grown = slot('grown', 0);
    recent.add(slot('first', smallMax));
    recent.add(grown);
    for (let count = 0; count < 60; count += 1) change(recent, grown, smallMax);
    expect(recent.find('first')?.name).to.equal('first');
    for (let count = 0; count < 20; count += 1) {
      change(recent, grown, 0);
      recent.add(slot(`${count}`, smallMax));
      change(recent, grown, smallMax);
    }
    expect(recent.find('first')).to.equal(undefined);
  });
});
