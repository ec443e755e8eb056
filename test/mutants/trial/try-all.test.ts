import { expect } from 'chai';
import { bySimulation, byTest, type Mutant } from '../mutant.ts';
import { summaryOf } from '../report.ts';
import type { Finding, Trial } from './trial.ts';
import { tryAll } from './try-all.ts';

function mutantNamed(id: string): Mutant {
  const patch = { file: 'paxos/src/paxos.ts', right: 'a', wrong: 'b' };
  const caughtBy = [byTest('one', 'notices'), bySimulation];
  return { id, mistake: 1, does: 'harm', loses: 'all', caughtBy, ...patch };
}

const seen = mutantNamed('seen');
const hidden = mutantNamed('hidden');
const trials: readonly Trial[] = [seen, hidden].flatMap((mutant) =>
  mutant.caughtBy.map((catcher) => ({ mutant, catcher })),
);

/** A test notices one mutant only, and the simulation notices both. */
async function tryOut({ mutant, catcher }: Trial): Promise<Finding> {
  const isCaught = catcher === bySimulation || mutant === seen;
  return { mutant, catcher, isCaught, reason: '', tookMs: 0 };
}

async function tried(isOneEnough: boolean) {
  const told: Finding[] = [];
  const onFinding = (finding: Finding) => void told.push(finding);
  const findings = await tryAll(trials, { jobCount: 1, isOneEnough, tryOut, onFinding });
  expect(told).to.deep.equal(findings);
  return findings;
}

const namesOf = (findings: readonly Finding[]) =>
  findings.map(({ mutant, catcher }) => `${mutant.id} by ${catcher.by}`);

describe('trying mutants', () => {
  it('tries each with all of its catchers', async () => {
    expect(namesOf(await tried(false))).to.deep.equal([
      ...['seen by test', 'seen by simulation'],
      ...['hidden by test', 'hidden by simulation'],
    ]);
  });

  it('leaves out the other catchers of a mutant that was noticed, if one is enough', async () => {
    expect(namesOf(await tried(true))).to.deep.equal([
      ...['seen by test'],
      ...['hidden by test', 'hidden by simulation'],
    ]);
  });

  it('notices the same mutants either way', async () => {
    for (const isOneEnough of [false, true]) {
      const { mutantCount, noticedCount } = summaryOf(await tried(isOneEnough));
      expect({ mutantCount, noticedCount }).to.deep.equal({ mutantCount: 2, noticedCount: 2 });
    }
  });
});
