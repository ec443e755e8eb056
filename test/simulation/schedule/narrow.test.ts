import { expect } from 'chai';
import { drawSchedule } from './draw-schedule.ts';
import { narrow } from './narrow.ts';
import { mischiefs } from './schedule.ts';

const schedule = drawSchedule(3);

describe('narrow', () => {
  it('changes nothing if it is told nothing', () => {
    expect(narrow(schedule, {})).to.deep.equal(schedule);
  });

  it('leaves whole kinds out', () => {
    const [first, second] = schedule.mischiefs;
    const without = [first, second].filter((kind) => kind !== undefined);
    const left = narrow(schedule, { without });
    expect(left.mischiefs).to.not.include.members(without);
    for (const { kind } of left.faults) expect(without).to.not.include(kind);
  });

  it('keeps only the faults named, by their places in the full schedule', () => {
    const left = narrow(schedule, { only: [1, 4] });
    expect(left.faults).to.deep.equal([schedule.faults[1], schedule.faults[4]]);
    expect(narrow(schedule, { only: [] }).faults).to.deep.equal([]);
  });

  it('ends early, without the faults that would come later', () => {
    const untilMs = 30_000;
    const left = narrow(schedule, { untilMs });
    expect(left.durationMs).to.equal(untilMs);
    expect(left.faults).to.deep.equal(schedule.faults.filter(({ atMs }) => atMs <= untilMs));
  });

  it('leaves nothing that could go wrong if it leaves out everything', () => {
    for (let seed = 1; seed < 50; seed += 1) {
      const { network, ways, faults, clockRates } = narrow(drawSchedule(seed), {
        without: mischiefs,
      });
      expect(faults).to.deep.equal([]);
      expect([ways.lossChance, ways.echoChance]).to.deep.equal([0, 0]);
      expect(new Set(clockRates)).to.have.all.keys([1]);
      const chances = Object.entries(network).filter(([name]) => name.endsWith('Chance'));
      expect(chances.length).to.be.above(1);
      for (const [name, chance] of chances) expect(chance, name).to.equal(0);
    }
  });
});
