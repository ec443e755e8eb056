import { expect } from 'chai';
import { allMutants } from './all-mutants.ts';
import { catalogue } from './catalogue.ts';
import { bySimulation, isTest, nameOf } from './mutant.ts';
import { PatchedBuilds } from './patched-build/builds.ts';
import { syntaxErrorsOf } from './patched-build/syntax.ts';
import { failedTest, runTests } from './trial/named-test.ts';

/** Checks that the mutants are in order. `npm run mutants` takes longer, and shows that they are caught. */
describe('The mutants', () => {
  it('still fit the sources and parse, each with a unique id', function () {
    this.timeout(20_000);
    expect(allMutants.flatMap(syntaxErrorsOf)).to.deep.equal([]);
    const ids = allMutants.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('refuse a source they no longer fit', () => {
    const [first] = allMutants;
    if (first === undefined) throw new Error('there are no mutants');
    const stale = { ...first, right: 'what no source says' };
    expect(() => PatchedBuilds.make([stale])).to.throw('no longer fits');
    const vague = { ...first, right: 'this' };
    expect(() => PatchedBuilds.make([vague])).to.throw('no longer fits');
  });

  it('do not parse with a bracket too much', () => {
    const [first] = allMutants;
    if (first === undefined) throw new Error('there are no mutants');
    const [error] = syntaxErrorsOf({ ...first, wrong: `${first.wrong})` });
    expect(error).to.match(new RegExp(`^${first.id}: .* expected`));
  });

  it('exist for every mistake of the catalogue that this code can make', () => {
    expect(catalogue.map(({ number }) => number)).to.deep.equal(
      Array.from(catalogue, (_, index) => index + 1),
    );
    const possible = catalogue.filter(({ notYet }) => notYet === undefined);
    const made = new Set(allMutants.map(({ mistake }) => mistake));
    expect([...made].sort((a, b) => a - b)).to.deep.equal(possible.map(({ number }) => number));
  });

  it('are caught by the simulation too, where it can make the mistake', () => {
    const simulated = catalogue.filter(({ isSimulated }) => isSimulated);
    const hunted = allMutants.filter(({ caughtBy }) => caughtBy.includes(bySimulation));
    expect(new Set(hunted.map(({ mistake }) => mistake))).to.deep.equal(
      new Set(simulated.map(({ number }) => number)),
    );
  });

  it('name tests that exist', async function () {
    this.timeout(60_000);
    const tests = allMutants.flatMap(({ caughtBy }) => caughtBy.filter(isTest));
    const results = await runTests(tests, process.env, ['--dry-run']);
    const found = new Set(results.map(nameOf));
    expect(tests.map(nameOf).filter((name) => !found.has(name))).to.deep.equal([]);
  });

  it('replace the real code, and no other', async function () {
    this.timeout(60_000);
    const [mutant, other] = allMutants.filter(({ id }) =>
      ['answer-counts-twice', 'half-is-a-quorum'].includes(id),
    );
    const test = mutant?.caughtBy.find(isTest);
    if (!mutant || !other || !test) throw new Error('both mutants are there');
    const builds = PatchedBuilds.make([mutant, other]);
    try {
      expect(await failedTest(test, builds.environmentOf(mutant))).to.have.property(
        'isCaught',
        true,
      );
      expect(await failedTest(test, builds.environmentOf(other))).to.deep.equal({
        isCaught: false,
        reason: 'the test passed',
      });
    } finally {
      builds.remove();
    }
  });
});
