import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Company } from '../runner/turns.ts';
import { inLanes } from './in-lanes.ts';
import type { Stage } from './stages.ts';

function stageOf(title: string, company: Company): Stage {
  return { title, program: 'x.js', args: [], company };
}

const stages = [
  stageOf('a', 'together'),
  stageOf('b', 'alone'),
  stageOf('c', 'together'),
  stageOf('d', 'together'),
  stageOf('e', 'alone'),
];

describe('Stages in lanes', () => {
  /** Runs all, and returns the results with how many ran at most at the same time while each did. */
  async function run(laneCount: number) {
    const running = new Set<string>();
    const company = new Map<string, string>();
    const results = await inLanes(stages, laneCount, async ({ title }, output) => {
      running.add(title);
      await nextTurn();
      company.set(title, [...running].join(''));
      await nextTurn();
      running.delete(title);
      return `${title} ${output}`;
    });
    return { results, company };
  }

  it('run beside others where they may, and then one by one', async () => {
    const { company } = await run(2);
    expect(company.get('a')).to.equal('ac');
    expect(company.get('d')).to.include('d');
    expect(company.get('b')).to.equal('b');
    expect(company.get('e')).to.equal('e');
  });

  it('have their results in their order, and print at their end where others print too', async () => {
    const { results } = await run(2);
    const end = 'at its end';
    expect(results).to.deep.equal([`a ${end}`, 'b live', `c ${end}`, `d ${end}`, 'e live']);
    expect((await run(1)).results).to.include('a live');
  });
});
