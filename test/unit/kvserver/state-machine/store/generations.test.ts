import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import { Generations } from '@paxkv/kvserver/internal/state-machine/store/generations';
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

describe('Generations', () => {
  /** Room for so many slots in each generation. */
  const roomFor = (count: number) => new Generations(() => 2 * count * emptyBytes);

  const names = (recent: Generations, candidates: string) =>
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
    const recent = new Generations(() => 2 * (2 * emptyBytes + 1));
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
    const recent = new Generations(() => 2 * (emptyBytes + 100));
    recent.add(slot('a', 99));
    recent.add(slot('b'));
    expect(recent.hasDropped).to.equal(false);
    // Fills the second generation by growth alone.
    recent.grow(50);
    expect(recent.hasDropped).to.equal(false);
    recent.grow(400);
    expect(recent.hasDropped).to.equal(true);
  });

  it('has a slot that takes more than a generation until two others like it come', () => {
    const recent = roomFor(1);
    for (const name of 'ab') recent.add(slot(name, 1000));
    expect([names(recent, 'b'), recent.hasDropped]).to.deep.equal(['b', true]);
    expect(recent.find('a')).to.equal(undefined);
  });

  it('forgets a slot of the younger generation, and what it took', () => {
    const recent = roomFor(3);
    const removed = slot('a');
    recent.add(removed);
    expect(recent.delete(removed, emptyBytes)).to.equal(true);
    expect(recent.find('a')).to.equal(undefined);
    expect(recent.delete(removed, emptyBytes)).to.equal(false);
    // The generation has room for another one in its place.
    for (const name of 'bcdef') recent.add(slot(name));
    expect(recent.hasDropped).to.equal(false);
    expect(recent.find('b')?.name).to.equal('b');
  });

  it('forgets a slot of the older generation, which the younger one does not count', () => {
    const recent = roomFor(2);
    const removed = slot('a');
    for (const added of [removed, slot('b'), slot('c')]) recent.add(added);
    expect(recent.delete(removed, emptyBytes)).to.equal(true);
    expect(recent.find('a')).to.equal(undefined);
    // The younger generation is full with its second slot, and not later.
    recent.add(slot('d'));
    expect(recent.hasDropped).to.equal(true);
  });

  it('tells what both generations take, and what was removed from the younger no longer', () => {
    const recent = roomFor(2);
    const removed = slot('c', 10);
    for (const added of [slot('a'), slot('b'), removed]) recent.add(added);
    expect(recent.bytes).to.equal(3 * emptyBytes + 10);
    recent.delete(removed, emptyBytes + 10);
    expect(recent.bytes).to.equal(2 * emptyBytes);
    // The younger generation is full, and the older one is dropped.
    for (const name of 'de') recent.add(slot(name));
    expect(recent.bytes).to.equal(2 * emptyBytes);
  });

  it('follows its limit when that changes', () => {
    let bytesMax = 4 * emptyBytes;
    const recent = new Generations(() => bytesMax);
    for (const name of 'abc') recent.add(slot(name));
    bytesMax = 8 * emptyBytes;
    for (const name of 'de') recent.add(slot(name));
    expect(recent.hasDropped).to.equal(false);
    recent.add(slot('f'));
    expect(recent.hasDropped).to.equal(true);
    expect(names(recent, 'abcdef')).to.equal('cdef');
  });

  it('keeps no more than its limit, whatever the values', () => {
    for (const bytesMax of [1, 1000, 10_000]) {
      const recent = new Generations(() => bytesMax);
      const all = Array.from({ length: 500 }, (_, index) => `${index}`);
      for (const [index, name] of all.entries()) recent.add(slot(name, index % 40));
      const kept = all.filter((name) => recent.find(name) !== undefined);
      // Each has at least its overhead; finding moves them, so no more than two generations are left.
      expect(kept.length * emptyBytes).to.be.at.most(bytesMax + 4 * emptyBytes);
      expect(recent.hasDropped).to.equal(true);
    }
  });
});
