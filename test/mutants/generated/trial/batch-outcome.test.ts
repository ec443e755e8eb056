import { expect } from 'chai';
import { afterBatch, afterLoss } from './batch-outcome.ts';
import type { Job, Verdict } from './protocol.ts';

const job = (mutant: number): Job => ({ mutant, rounds: [] });
const killed = (mutant: number): Verdict => ({ mutant, isKilled: true, by: 'a test', reason: '' });
const alive = (mutant: number): Verdict => ({ mutant, isKilled: false, by: '', reason: '' });
const jobs = [1, 2, 3, 4, 5].map(job);
const numbers = (batches: readonly (readonly Job[])[]) =>
  batches.map((batch) => batch.map(({ mutant }) => mutant));

describe('A batch of trials', () => {
  it('settles all if the worker was sound afterwards', () => {
    const verdicts = [1, 2, 3, 4].map(killed).concat(alive(5));
    expect(afterBatch(jobs, verdicts, true)).to.deep.equal({ verdicts, again: [] });
  });

  it('tries again, in halves, what was caught in a worker that was not', () => {
    const verdicts = [killed(1), alive(2), killed(3), killed(4), alive(5)];
    const outcome = afterBatch(jobs, verdicts, false);
    expect(outcome.verdicts).to.deep.equal([alive(2), alive(5)]);
    expect(numbers(outcome.again)).to.deep.equal([[1, 3], [4]]);
  });

  it('believes a worker that was not sound about a mutant that was alone', () => {
    expect(afterBatch([job(1)], [killed(1)], false)).to.deep.equal({
      verdicts: [killed(1)],
      again: [],
    });
  });

  it('tries a mutant alone whose worker was lost', () => {
    const outcome = afterLoss(jobs, [alive(1), killed(2)], 3, 'it does not end');
    expect(outcome.verdicts).to.deep.equal([alive(1)]);
    expect(numbers(outcome.again)).to.deep.equal([[2, 4], [5], [3]]);
  });

  it('counts a mutant as caught if its worker was lost and it was alone', () => {
    expect(afterLoss([job(3)], [], 3, 'it does not end')).to.deep.equal({
      verdicts: [{ mutant: 3, isKilled: true, by: 'the watchdog', reason: 'it does not end' }],
      again: [],
    });
  });

  it('blames no mutant for a worker that was lost between two', () => {
    for (const current of [undefined, 2]) {
      const outcome = afterLoss(jobs.slice(0, 3), [alive(2)], current, 'it ended the process');
      expect(outcome.verdicts).to.deep.equal([alive(2)]);
      expect(numbers(outcome.again)).to.deep.equal([[1], [3]]);
    }
  });
});
