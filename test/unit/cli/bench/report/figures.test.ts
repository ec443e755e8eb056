import { expect } from 'chai';
import { runLoad } from 'paxkv/internal/bench/load/run-load';
import { toFigures } from 'paxkv/internal/bench/report/figures';
import { FakeClock } from '../../../client/fake-world.ts';

async function figuresOf(latenciesMs: readonly number[]): Promise<ReturnType<typeof toFigures>> {
  const clock = new FakeClock();
  let sent = 0;
  const send = () =>
    new Promise<void>((resolve) => {
      clock.at(clock.now() + (latenciesMs[sent % latenciesMs.length] ?? 1), resolve);
      sent += 1;
    });
  const load = { send, inFlight: 1, requestCount: latenciesMs.length, clock };
  return toFigures(await clock.finish(runLoad(load)));
}

describe('the figures of a load', () => {
  it('are rate, percentiles, bars and the rate over time', async () => {
    const figures = await figuresOf([...Array.from({ length: 98 }, () => 10), 50, 100]);
    expect(figures).to.include({ answered: 100, unsent: 0 });
    expect(figures.seconds).to.be.closeTo(1.13, 1e-9);
    expect(figures.perSecond).to.be.closeTo(88.5, 0.1);
    const { p50, p99, max } = figures.latencyMs ?? { p50: 0, p99: 0, max: 0 };
    expect(p50).to.be.closeTo(10, 0.1);
    expect(p99).to.be.closeTo(50, 0.1);
    expect(max).to.be.closeTo(100, 0.2);
    expect(figures.histogram[0]).to.include({ count: 98 });
    expect(figures.histogram.at(-1)).to.include({ count: 1 });
    expect(figures.rateOverTime.intervalMs).to.equal(100);
    expect(figures.rateOverTime.perSecond.slice(0, 2)).to.deep.equal([90, 100]);
  });

  it('show an interval without answers as 0, and not one that was cut short', async () => {
    const { rateOverTime } = await figuresOf([10, 300, 50]);
    expect(rateOverTime.perSecond).to.deep.equal([10, 0, 0]);
  });

  it('has no latency where nothing was answered', async () => {
    const figures = await figuresOf([]);
    expect(figures).to.include({ answered: 0, perSecond: 0 });
    expect(figures.latencyMs).to.equal(null);
    expect(figures.histogram).to.deep.equal([]);
  });
});
