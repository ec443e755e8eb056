import { expect } from 'chai';
import { defaultLimits } from './draw-limits.ts';
import { drawSchedule } from './draw-schedule.ts';
import { narrow } from './narrow.ts';
import { hazards } from './schedule.ts';

const schedule = drawSchedule(3);

describe('narrow', () => {
  it('changes nothing without options', () => {
    expect(narrow(schedule, {})).to.deep.equal(schedule);
  });

  it('leaves whole kinds out', () => {
    const [first, second] = schedule.hazards;
    const without = [first, second].filter((kind) => kind !== undefined);
    const left = narrow(schedule, { without });
    expect(left.hazards).to.not.include.members(without);
    for (const { kind } of left.faults) expect(without).to.not.include(kind);
  });

  it('keeps only the given faults, by their places in the full schedule', () => {
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

  it('leaves no fault if it leaves out every hazard', () => {
    for (let seed = 1; seed < 50; seed += 1) {
      const { network, clientNetwork, faults, clockRates, limits, nodeCount } = narrow(
        drawSchedule(seed),
        { without: hazards },
      );
      expect(limits).to.deep.equal(defaultLimits(nodeCount));
      expect(faults).to.deep.equal([]);
      expect([clientNetwork.lossChance, clientNetwork.echoChance]).to.deep.equal([0, 0]);
      expect(new Set(clockRates)).to.have.all.keys([1]);
      const chances = Object.entries(network).filter(([name]) => name.endsWith('Chance'));
      expect(chances.length).to.be.above(1);
      for (const [name, chance] of chances) expect(chance, name).to.equal(0);
    }
  });
});
