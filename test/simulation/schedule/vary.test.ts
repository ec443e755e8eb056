import { expect } from 'chai';
import { drawSchedule } from './draw-schedule.ts';
import { scheduleOf } from './vary.ts';

describe('scheduleOf', () => {
  it('is what the seed draws, without variants', () => {
    expect(scheduleOf(3)).to.deep.equal(drawSchedule(3));
  });

  it('is the same for the same variants, and another for others', () => {
    expect(scheduleOf(3, [1, 2])).to.deep.equal(scheduleOf(3, [1, 2]));
    const texts = [[], [1], [2], [1, 2], [2, 1]].map((variants) =>
      JSON.stringify({ ...scheduleOf(3, variants), variants: [] }),
    );
    expect(new Set(texts).size).to.equal(texts.length);
  });

  it('keeps to the bounds of a schedule, however often it is varied', () => {
    for (let seed = 1; seed < 40; seed += 1) {
      const { faults, nodeCount, durationMs } = scheduleOf(seed, [1, 2, 3, 4, 5, 6, 7, 8]);
      const lost = new Set<number>();
      for (const fault of faults) {
        expect(fault.atMs).to.be.within(0, durationMs);
        if ('node' in fault) expect(fault.node).to.be.within(0, nodeCount - 1);
        if (fault.kind === 'lost memory' || fault.kind === 'damaged journal') lost.add(fault.node);
      }
      expect(lost.size).to.be.at.most(Math.floor((nodeCount - 1) / 2));
      const times = faults.map(({ atMs }) => atMs);
      expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    }
  });
});
