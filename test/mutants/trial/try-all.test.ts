import { expect } from 'chai';
import { isEnough } from '../enough.ts';
import { bySimulation, byTest, type Mutant } from '../mutant.ts';
import type { Finding, Trial } from './trial.ts';
import { tryAll } from './try-all.ts';

const patch = { file: 'paxos/src/paxos.ts', right: 'a', wrong: 'b' };
const mutant = { ...patch, mistake: 1, does: 'harm', loses: 'all' };
const tests = [byTest('one', 'notices'), byTest('two', 'notices too')];
const tested: Mutant = { ...mutant, id: 'tested', caughtBy: [...tests, bySimulation] };
const simulated: Mutant = { ...mutant, id: 'simulated', caughtBy: [bySimulation] };
const trials: readonly Trial[] = [tested, simulated].flatMap((one) =>
  one.caughtBy.map((catcher) => ({ mutant: one, catcher })),
);

/** Tries all, and resolves with the findings. `misses`: those that do not notice, as in `namesOf`. */
async function tried(huntsUnnoticedOnly: boolean, misses: readonly string[] = []) {
  const told: Finding[] = [];
  const findings = await tryAll(trials, {
    ...{ jobCount: 1, huntsUnnoticedOnly },
    tryOut: async (trial) => ({
      ...{ ...trial, reason: '', tookMs: 0 },
      isCaught: !misses.includes(nameOf(trial)),
    }),
    onFinding: (finding) => void told.push(finding),
  });
  expect(told).to.deep.equal(findings);
  return findings;
}

const nameOf = ({ mutant: { id }, catcher }: Trial) =>
  `${id} by ${catcher.by === 'test' ? catcher.file : 'simulation'}`;

describe('trying mutants', () => {
  it('tries each with all of its catchers', async () => {
    expect((await tried(false)).map(nameOf)).to.deep.equal(trials.map(nameOf));
  });

  it('may leave out the simulation of one that a test has noticed, and no test', async () => {
    expect((await tried(true)).map(nameOf)).to.deep.equal([
      ...['tested by one', 'tested by two'],
      'simulated by simulation',
    ]);
  });

  it('simulates one that its tests have missed', async () => {
    const misses = ['tested by one', 'tested by two'];
    expect((await tried(true, misses)).map(nameOf)).to.deep.equal(trials.map(nameOf));
  });

  it('has the same verdict for a quick run either way', async () => {
    for (const misses of [[], ...trials.map((trial) => [nameOf(trial)])]) {
      const [all, some] = [await tried(false, misses), await tried(true, misses)];
      const verdict = isEnough(all, { isQuick: true });
      expect(isEnough(some, { isQuick: true }), `${misses}`).to.equal(verdict);
    }
  });
});
