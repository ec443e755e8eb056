import { expect } from 'chai';
import { drawSchedule } from './schedule/draw-schedule.ts';
import { type Narrowing, narrow } from './schedule/narrow.ts';
import { Shrinking } from './shrink.ts';

const seed = 3;
const schedule = drawSchedule(seed);
const failure = { invariant: 'agreement', message: 'two values', atMs: 40_000.5 };

/** A run that fails if it has what the failure needs; otherwise it fails another way, or not at all. */
function shrink(isEnough: (left: ReturnType<typeof narrow>) => boolean) {
  const runs: Narrowing[] = [];
  const run = async (narrowing: Narrowing) => {
    runs.push(narrowing);
    const isFailing = isEnough(narrow(schedule, narrowing));
    const other = runs.length % 2 === 0 ? { failure: { ...failure, invariant: 'other' } } : {};
    const counts = { counters: {}, simulatedMs: 0, operationCount: 0, faultCount: 0 };
    return { seed, ...counts, ...(isFailing ? { failure } : other) };
  };
  const shrinking = new Shrinking(schedule, { narrowing: {}, failure }, run);
  return shrinking.run().then((least) => ({ left: narrow(schedule, least.narrowing), runs }));
}

describe('Shrinking', () => {
  it('leaves the faults and the kinds that the failure needs, and nothing else', async () => {
    const needed = schedule.faults.filter(({ atMs }) => atMs < 35_000).slice(2, 4);
    const { left, runs } = await shrink(({ faults }) =>
      needed.every((fault) => faults.includes(fault)),
    );
    expect(left.faults).to.deep.equal(needed);
    expect(new Set(left.hazards)).to.have.all.keys(needed.map(({ kind }) => kind));
    expect(left.durationMs).to.equal(40_001);
    expect(runs.length).to.be.at.most(200);
  });

  it('leaves no fault if none is needed', async () => {
    const { left } = await shrink(() => true);
    expect(left.faults).to.deep.equal([]);
    expect(left.hazards).to.deep.equal([]);
  });

  it('leaves everything if everything is needed', async () => {
    const { left } = await shrink(({ faults, durationMs, hazards }) => {
      const isWhole = faults.length === schedule.faults.length;
      return isWhole && durationMs > 60_000 && hazards.length === schedule.hazards.length;
    });
    expect(left).to.deep.equal(schedule);
  });
});
