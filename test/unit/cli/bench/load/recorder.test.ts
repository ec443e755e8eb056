import { expect } from 'chai';
import { barStartUs, Recorder } from 'paxkv/internal/bench/load/recorder';

describe('the recorder of a load', () => {
  it('leaves the warm-up out', () => {
    const recorder = new Recorder({ startMs: 1000, endMs: 2000 });
    recorder.answered(900, 999);
    recorder.failed('KV_TIMEOUT', 999);
    expect(recorder.answeredCount).to.equal(0);
    expect(recorder.histogram.totalCount).to.equal(0);
    expect(recorder.failures.size).to.equal(0);
  });

  it('keeps the latency of what is answered after the end, but not for the rate', () => {
    const recorder = new Recorder({ startMs: 0, endMs: 1000 });
    recorder.answered(500, 501);
    recorder.answered(900, 3900);
    expect(recorder.answeredCount).to.equal(1);
    expect(recorder.histogram.totalCount).to.equal(2);
    expect(recorder.histogram.maxValue).to.be.closeTo(3_000_000, 3000);
  });

  it('counts by interval and by bar', () => {
    const recorder = new Recorder({ startMs: 0, endMs: 1000 });
    recorder.answered(0, 1);
    recorder.answered(250, 251);
    recorder.answered(250, 252);
    expect(recorder.intervalMs).to.equal(100);
    expect(recorder.timeline).to.deep.equal([1, 0, 2]);
    const filled = [...recorder.bars.entries()].filter(([, count]) => count > 0);
    expect(filled.map(([, count]) => count)).to.deep.equal([2, 1]);
    for (const [[index], us] of [
      [filled[0] ?? [0], 1000],
      [filled[1] ?? [0], 2000],
    ] as const) {
      expect(barStartUs(index)).to.be.at.most(us);
      expect(barStartUs(index + 1)).to.be.above(us);
    }
  });

  it('has at most 200 intervals, however long the load', () => {
    expect(new Recorder({ startMs: 0, endMs: 3600e3 }).intervalMs).to.equal(18_000);
    const endless = { startMs: 0, endMs: undefined };
    expect(new Recorder(endless).intervalMs).to.equal(100);
  });

  it('counts failures by their code', () => {
    const recorder = new Recorder({ startMs: 0, endMs: 1000 });
    for (const code of ['KV_TIMEOUT', 'KV_OVERLOADED', 'KV_TIMEOUT']) recorder.failed(code, 5);
    expect(Object.fromEntries(recorder.failures)).to.deep.equal({
      KV_TIMEOUT: 2,
      KV_OVERLOADED: 1,
    });
  });
});
