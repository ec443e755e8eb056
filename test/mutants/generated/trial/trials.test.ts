/** Tests that real mutants of a small source meet their real tests, in worker processes. */
import { expect } from 'chai';
import { MutatedBuild } from '../build/mutated-build.ts';
import { folders, sourcesOf, testOf, testsOf } from '../folders.ts';
import { mutatedSources } from '../generate.ts';
import type { Verdict } from './protocol.ts';
import { selectTests } from './selection.ts';
import { Trials } from './trials.ts';

const file = 'paxos/src/core/quorum.ts';

describe('Generated mutants', function () {
  this.timeout(120_000);

  it('have a verdict each, or no test that runs them', async () => {
    const { verdicts, unreached, mutants } = await tryAll(testOf(file));
    const ids = [...verdicts, ...unreached.map(({ id }) => ({ mutant: id }))];
    expect(ids.map(({ mutant }) => mutant).sort((a, b) => a - b)).to.deep.equal(
      mutants.map(({ id }) => id),
    );
    const size = mutants.filter(({ within }) => within === 'quorumSize').map(({ id }) => id);
    expect(size).to.have.length.greaterThan(3);
    for (const { isKilled, by } of verdicts.filter(({ mutant }) => size.includes(mutant))) {
      expect(isKilled).to.equal(true);
      expect(by).to.match(/^test\/dist\/unit\/paxos\/core\/quorum\.test\.js: /);
    }
  });

  it('are reached by no test of a file that does not use them', async () => {
    const { unreached, mutants, verdicts } = await tryAll(testOf('paxos/src/core/ballot.ts'));
    expect(unreached).to.deep.equal(mutants);
    expect(verdicts).to.deep.equal([]);
  });

  it('are of sources that exist, in folders that have tests', () => {
    for (const folder of folders) {
      expect(sourcesOf(folder), folder.name).not.to.be.empty;
      expect(testsOf(folder), folder.name).not.to.be.empty;
    }
  });
});

async function tryAll(testFile: string) {
  const sources = mutatedSources([file]);
  const mutants = sources.flatMap((source) => source.mutants);
  const verdicts: Verdict[] = [];
  const build = new MutatedBuild(sources);
  try {
    const trials = new Trials({
      build,
      testFiles: [testFile],
      jobCount: 1,
      isOver: () => false,
      onVerdict: (verdict) => verdicts.push(verdict),
    });
    const selection = selectTests(sources, mutants, await trials.measure());
    await trials.run(selection);
    return { verdicts, mutants, unreached: selection.unreached };
  } finally {
    build.remove();
  }
}
