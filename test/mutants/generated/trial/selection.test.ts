/** Tests that a mutant is tried by all tests that run it, and by no others. */
import { expect } from 'chai';
import type { MutatedSource } from '../generate.ts';
import type { Baseline, Job, TestFacts } from './protocol.ts';
import { selectTests } from './selection.ts';

const own = 'test/dist/unit/paxos/core/ballot.test.js';
const other = 'test/dist/unit/paxos/core/peer.test.js';

describe('The tests that try a generated mutant', () => {
  it('are those that run its place: of its own file first, then the fast, then each slow one', () => {
    const tests = [
      test('a', { file: other, sites: [1] }),
      test('slow', { file: other, sites: [1], tookMs: 900 }),
      test('slower', { file: own, sites: [1], tookMs: 1000 }),
      test('b', { file: own, sites: [1, 2] }),
      test('c', { file: own, sites: [2] }),
    ];
    const { shared } = select({ tests });
    expect(shared.map(toKeys)).to.deep.equal([[['b'], ['a'], ['slow'], ['slower']], [['b', 'c']]]);
  });

  it('are none where no test runs its place', () => {
    const { unreached, shared } = select({ tests: [test('a', { file: own, sites: [1] })] });
    expect(unreached.map(({ id }) => id)).to.deep.equal([2]);
    expect(shared.map(({ mutant }) => mutant)).to.deep.equal([1]);
  });

  it('run in a process of their own where its place runs while its source is loaded', () => {
    const tests = [test('a', { file: other, sites: [1] }), test('b', { file: own })];
    const { lone, shared } = select({ tests, sourceSites: [2] });
    expect(shared.map(({ mutant }) => mutant)).to.deep.equal([1]);
    expect(lone.map(({ mutant, files }) => ({ mutant, files }))).to.deep.equal([
      { mutant: 2, files: [own, other] },
    ]);
  });

  it('run in a process of their own where only the loading of tests runs its place', () => {
    const tests = [test('a', { file: own, sites: [1] })];
    const { lone, shared } = select({ tests, fileSites: [1, 2] });
    expect(shared.map(({ mutant }) => mutant)).to.deep.equal([1]);
    expect(lone.map(({ mutant }) => mutant)).to.deep.equal([2]);
  });
});

function select(baseline: Partial<Baseline>) {
  const file = 'paxos/src/core/ballot.ts';
  const texts = { within: '', original: '1', mutated: '2' };
  const mutants = [1, 2].map((id) => ({ id, site: id, file, line: id, ...texts }));
  const sites = mutants.map(({ id, site }) => ({
    ...{ kind: 'expression' as const, site, start: 0, end: 1 },
    variants: [{ id, text: '2' }],
  }));
  const source: MutatedSource = { file, text: '1', sites, mutants };
  const none = { tests: [], sourceSites: [], fileSites: [], unsound: [] };
  return selectTests([source], mutants, { ...none, ...baseline });
}

function test(key: string, facts: Partial<TestFacts>): TestFacts {
  return { key, file: own, tookMs: 1, stepCount: 1, sites: [], ...facts };
}

function toKeys({ rounds }: Job): readonly (readonly string[])[] {
  return rounds.map(({ keys }) => keys);
}
