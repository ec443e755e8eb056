/** Tests that the stages of the gate exist, and that its table hides no failure. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { toTable } from './report.ts';
import { stagesOf, tiers } from './stages.ts';

describe('The gate', () => {
  it('names programs that exist', () => {
    for (const tier of tiers) {
      for (const { program } of stagesOf(tier)) {
        expect(existsSync(join(import.meta.dirname, '..', program)), program).to.equal(true);
      }
    }
  });

  it('runs no seed in both of its tiers', () => {
    const ranges = tiers.map((tier) => {
      const { args = [] } = stagesOf(tier).find(({ title }) => title === 'simulation') ?? {};
      const numberAfter = (flag: string) => Number(args[args.indexOf(flag) + 1]);
      const first = numberAfter('--first');
      return { first, end: first + numberAfter('--seeds') };
    });
    const [ci, gate] = ranges;
    expect(ci?.end).to.be.at.most(gate?.first ?? 0);
  });

  it('reports for every stage whether it passed, its duration and its last line', () => {
    const table = toTable([
      { title: 'one', seconds: 59, hasPassed: true, lastLine: '5 of 5' },
      { title: 'another', seconds: 61, hasPassed: false, lastLine: '4 of 5' },
    ]);
    expect(table.split('\n')).to.deep.equal([
      'pass  one      0 min 59 s  5 of 5',
      'FAIL  another  1 min 1 s   4 of 5',
    ]);
  });
});
