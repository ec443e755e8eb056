/** Tests that the score counts what tests notice, and that a list of equivalents must be true. */
import { expect } from 'chai';
import { ofFile } from './equivalents/equivalent.ts';
import { folders } from './folders.ts';
import type { GeneratedMutant } from './generated-mutant.ts';
import { isEnough, isSampleEnough, linesOf } from './report.ts';
import { type Judged, scoreOf } from './score.ts';
import type { Verdict } from './trial/protocol.ts';

const file = 'paxos/src/core/sample.ts';

describe('The score of generated mutants', () => {
  it('is the share of the noticed among those that are no equivalents', () => {
    const { share, survivors, killedCount, equivalentCount } = scoreOf({
      mutants: [1, 2, 3, 4, 5].map(mutant),
      verdicts: verdicts({ 1: true, 2: true, 3: false, 4: false }),
      equivalents: [entry(3)],
    });
    expect({ share, killedCount, equivalentCount }).to.deep.equal({
      share: 2 / 3,
      killedCount: 2,
      equivalentCount: 1,
    });
    expect(survivors.map(({ id }) => id)).to.deep.equal([4]);
  });

  it('recognizes an equivalent wherever it has moved to', () => {
    const moved = { ...mutant(3), id: 99, site: 77, line: 66 };
    const judged = { mutants: [moved], verdicts: verdicts({ 99: false }), equivalents: [entry(3)] };
    expect(scoreOf(judged).survivors).to.deep.equal([]);
  });

  it('counts an entry that no mutant fits, and one whose mutants are noticed, as wrong', () => {
    const mutants = [1, 2].map(mutant);
    const wrong = (judged: Omit<Judged, 'mutants'>) => scoreOf({ mutants, ...judged }).wrongEntries;
    const all = verdicts({ 1: true, 2: false });
    expect(wrong({ verdicts: all, equivalents: [entry(2)] })).to.deep.equal([]);
    expect(wrong({ verdicts: all, equivalents: [entry(1)] })).to.deep.equal([entry(1)]);
    expect(wrong({ verdicts: all, equivalents: [entry(3)] })).to.deep.equal([entry(3)]);
    const elsewhere = { ...entry(3), file: 'paxos/src/core/other.ts' };
    expect(wrong({ verdicts: all, equivalents: [elsewhere] })).to.deep.equal([]);
  });

  it('does not call an entry wrong whose mutants were not tried', () => {
    const judged = { mutants: [mutant(1)], verdicts: verdicts({}), equivalents: [entry(1)] };
    expect(scoreOf(judged).wrongEntries).to.deep.equal([]);
  });

  it('is enough from the least score on, with a true list', () => {
    const [folder] = folders;
    if (folder === undefined) throw new Error('there are no folders');
    const mutants = Array.from({ length: 100 }, (_, index) => mutant(index + 1));
    const scoreWith = (killed: number) =>
      scoreOf({
        mutants,
        verdicts: verdicts(Object.fromEntries(mutants.map(({ id }) => [id, id <= killed]))),
        equivalents: [],
      });
    expect(isEnough(folder, scoreWith(97))).to.equal(true);
    expect(isEnough(folder, scoreWith(96))).to.equal(false);
    expect(isEnough(folder, { ...scoreWith(97), wrongEntries: [entry(1)] })).to.equal(false);
  });

  it('of a sample is enough unless a folder that has its score would hardly ever draw so many survivors', () => {
    const drawn = (count: number, survivorCount: number) => {
      const mutants = Array.from({ length: count }, (_, index) => mutant(index + 1));
      const killed = mutants.map(({ id }) => [id, id > survivorCount]);
      return scoreOf({ mutants, verdicts: verdicts(Object.fromEntries(killed)), equivalents: [] });
    };
    const least = { scoreMin: 0.97 };
    // By the binomial distribution: 7 or more of 60 in 0.21 % of all samples, 8 in 0.04 %; 24 of 400 in 0.12 %, 25 in 0.06 %.
    for (const [count, most] of [
      [1, 1],
      [60, 7],
      [400, 24],
    ] as const) {
      expect(isSampleEnough(least, drawn(count, most)), `${most} of ${count}`).to.equal(true);
      if (count === 1) continue;
      expect(isSampleEnough(least, drawn(count, most + 1))).to.equal(false);
    }
    const wrong = { ...drawn(60, 0), wrongEntries: [entry(1)] };
    expect(isSampleEnough(least, wrong)).to.equal(false);
  });

  it('is printed after each survivor with its place, its change and the reason', () => {
    const score = scoreOf({
      mutants: [mutant(1), mutant(2)],
      verdicts: verdicts({ 1: true, 2: false }),
      equivalents: [],
    });
    const folder = { name: 'core', sources: /./, tests: /./, scoreMin: 0.97 };
    expect(linesOf(folder, score)).to.deep.equal([
      `survived  packages/${file}:20  in run: a < 2 → a <= 2  (all pass)`,
      'core: 1 of 2 mutants are noticed, 50.0 % (at least 97.0 %); 0 more change nothing',
    ]);
  });
});

function mutant(id: number): GeneratedMutant {
  return { id, site: id, file, line: 10 * id, ...textsOf(id) };
}

function entry(id: number) {
  const [made] = ofFile(file, [{ ...textsOf(id), because: 'a is never 2' }]);
  if (made === undefined) throw new Error('there is no entry');
  return made;
}

function textsOf(id: number) {
  return { within: 'run', original: `a < ${id}`, mutated: `a <= ${id}` };
}

function verdicts(killed: Record<number, boolean>): ReadonlyMap<number, Verdict> {
  return new Map(
    Object.entries(killed).map(([id, isKilled]) => [
      Number(id),
      { mutant: Number(id), isKilled, by: '', reason: isKilled ? 'it failed' : 'all pass' },
    ]),
  );
}
