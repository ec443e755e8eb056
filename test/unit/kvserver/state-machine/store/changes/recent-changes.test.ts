import type { CachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { RecentChanges } from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import type { NameRange } from '@paxkv/kvserver/internal/state-machine/store/ranges/name-range';
import { expect } from 'chai';

const all: NameRange = { first: '\0', end: undefined, isReversed: false };
const entry = (value: string | Uint8Array, revision: number) => {
  return { value, createRevision: revision, modRevision: revision, version: 1 };
};

function add(
  changes: RecentChanges,
  revision: number,
  name: string,
  entry: CachedEntry | undefined,
  before?: CachedEntry,
): void {
  changes.add({ revision, name, before, entry });
}

describe('Recent changes', () => {
  let changes: RecentChanges;

  beforeEach(() => {
    changes = new RecentChanges(10, 2000);
  });

  const read = (after: number, revision: number, { range = all, bytesMax = 10_000 } = {}) =>
    changes.read({ range, after, bytesMax }, revision);
  const namesOf = (page: ReturnType<typeof read>) => page?.changes.map(({ name }) => name);

  it('are those of a range after a revision, in order', () => {
    add(changes, 11, 'a', entry('1', 11));
    add(changes, 12, 'b', undefined);
    add(changes, 13, 'a', entry('2', 13));
    expect(namesOf(read(10, 13))).to.deep.equal(['a', 'b', 'a']);
    expect(namesOf(read(11, 13))).to.deep.equal(['b', 'a']);
    const range = { first: 'b', end: 'c', isReversed: false };
    expect(read(10, 13, { range })).to.deep.include({ revision: 13, isLast: true });
    expect(read(10, 13, { range })?.changes).to.deep.equal([
      { revision: 12, name: 'b', before: undefined, entry: undefined },
    ]);
    expect(namesOf(read(13, 13))).to.deep.equal([]);
  });

  it('do not begin before the state that was loaded', () => {
    add(changes, 11, 'a', entry('1', 11));
    expect(read(9, 11)).to.equal(undefined);
    expect(namesOf(read(10, 11))).to.deep.equal(['a']);
  });

  it('end a page behind a whole revision, however large that is', () => {
    for (const name of ['a', 'b', 'c']) add(changes, 11, name, entry('x', 11));
    add(changes, 12, 'd', entry('x', 12));
    const page = read(10, 12, { bytesMax: 1 });
    expect(namesOf(page)).to.deep.equal(['a', 'b', 'c']);
    expect(page).to.include({ revision: 11, isLast: false });
    expect(namesOf(read(11, 12, { bytesMax: 1 }))).to.deep.equal(['d']);
  });

  it('drop the oldest ones at their bound, and then say so', () => {
    for (let revision = 11; revision <= 40; revision += 1)
      add(changes, revision, 'k', entry('x'.repeat(100), revision));
    expect(changes.bytes).to.be.at.most(2000);
    const { since } = changes;
    expect(since).to.be.within(30, 34);
    expect(read(since - 1, 40)).to.equal(undefined);
    expect(read(since, 40)?.changes[0]).to.include({ revision: since + 1 });
    expect(read(since, 40)?.changes).to.have.length(40 - since);
  });

  it('never have a part of a revision that they have dropped', () => {
    for (let index = 0; index < 30; index += 1)
      add(changes, 11, `k${index}`, entry('x'.repeat(100), 11));
    expect(read(10, 11)).to.equal(undefined);
    expect(namesOf(read(11, 11))).to.deep.equal([]);
    add(changes, 12, 'a', entry('y', 12));
    expect(namesOf(read(11, 12))).to.deep.equal(['a']);
  });

  it('answer in parts if there is much to look at', () => {
    changes = new RecentChanges(0, 2 ** 30);
    for (let revision = 1; revision <= 50_000; revision += 1)
      add(changes, revision, revision === 45_000 ? 'b' : 'a', undefined);
    const range = { first: 'b', end: 'c', isReversed: false };
    let after = 0;
    const found: number[] = [];
    for (let isLast = false; !isLast; ) {
      const page = read(after, 50_000, { range });
      if (page === undefined) throw new Error('nothing was dropped');
      found.push(...page.changes.map(({ revision }) => revision));
      expect(page.revision).to.be.above(after);
      after = page.revision;
      isLast = page.isLast;
    }
    expect(found).to.deep.equal([45_000]);
  });

  it('begin after a revision that the store has not reached yet', () => {
    expect(read(20, 10)).to.deep.include({ changes: [], revision: 20, isLast: true });
  });

  it('have no auth table', () => {
    add(changes, 11, '', entry('secret', 11));
    add(changes, 12, 'a', entry('1', 12));
    expect(read(10, 12)?.changes.map(({ name }) => name)).to.deep.equal(['a']);
  });

  it('show what the keys of a range were at a revision, and only while all later changes are there', () => {
    add(changes, 11, 'a', entry('1', 11));
    add(changes, 12, 'a', entry('2', 12), entry('1', 11));
    add(changes, 13, 'b', undefined, entry('0', 9));
    add(changes, 13, 'c', entry('1', 13));
    const at = (revision: number, range = all) => {
      const entries = changes.entriesAt(revision, range) ?? expect.fail('some are gone');
      return [...entries].map(([name, was]) => [name, was?.value]);
    };
    expect(at(10)).to.deep.equal([
      ['a', undefined],
      ['b', '0'],
      ['c', undefined],
    ]);
    expect(at(11)).to.deep.equal([
      ['a', '1'],
      ['b', '0'],
      ['c', undefined],
    ]);
    expect(at(12, { first: 'b', end: 'c', isReversed: false })).to.deep.equal([['b', '0']]);
    expect(at(13)).to.deep.equal([]);
    expect(changes.entriesAt(9, all)).to.equal(undefined);
  });

  it('count what was before a change, which stays in memory with it', () => {
    add(changes, 11, 'a', entry('x'.repeat(100), 11));
    const { bytes } = changes;
    add(changes, 12, 'a', undefined, entry('x'.repeat(100), 11));
    expect(changes.bytes - bytes).to.equal(bytes);
  });
});
