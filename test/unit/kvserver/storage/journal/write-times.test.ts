import { WriteTimes } from '@paxkv/kvserver/internal/storage/journal/write-times';
import { expect } from 'chai';

describe('WriteTimes', () => {
  let nowMs: number;
  let times: WriteTimes;

  beforeEach(() => {
    nowMs = 1000;
    times = new WriteTimes(() => nowMs, 500);
  });

  function write(tookMs: number, failure?: string): void {
    const begun = times.begin();
    nowMs += tookMs;
    times.end(begun, failure);
  }

  it('has no percentiles before the first write', () => {
    expect(times.times).to.deep.equal({
      lastMs: 1000,
      pendingSinceMs: undefined,
      failure: undefined,
      writeCount: 0,
      p50Ms: undefined,
      p99Ms: undefined,
    });
  });

  it('knows for how long writes were under way, several at once only once', () => {
    write(10);
    nowMs += 1000;
    const [first, second] = [times.begin(), times.begin()];
    nowMs += 5;
    times.end(first);
    expect(times.flushedMs).to.equal(15);
    nowMs += 5;
    expect(times.flushedMs).to.equal(20);
    times.end(second);
    nowMs += 1000;
    expect(times.flushedMs).to.equal(20);
  });

  it('reports each write that has ended, also one that failed', () => {
    const ended: number[] = [];
    times = new WriteTimes(
      () => nowMs,
      500,
      (tookMs) => ended.push(tookMs),
    );
    write(3);
    write(8, 'EIO');
    expect(ended).to.deep.equal([3, 8]);
  });

  it('has percentiles of the latest writes only', () => {
    for (let count = 0; count < 100; count += 1) write(count);
    expect(times.times).to.include({ writeCount: 100, p50Ms: 49, p99Ms: 98 });
    for (let count = 0; count < 512; count += 1) write(7);
    expect(times.times).to.include({ writeCount: 612, p50Ms: 7, p99Ms: 7 });
  });

  it('knows the oldest write under way', () => {
    const [first, second] = [times.begin(), times.begin()];
    expect(times.isBusy).to.equal(true);
    nowMs = 1400;
    times.end(second);
    expect(times.times.pendingSinceMs).to.equal(1000);
    times.end(first);
    expect(times.times.pendingSinceMs).to.equal(undefined);
    expect(times.isBusy).to.equal(false);
  });

  it('knows the time since the last write, and whether it failed', () => {
    write(3, 'EIO');
    nowMs += 40;
    expect(times.idleMs).to.equal(40);
    expect(times.times).to.include({ lastMs: 1003, failure: 'EIO' });
    write(3);
    expect(times.times.failure).to.equal(undefined);
  });

  it('hands over the slow writes once', () => {
    for (const tookMs of [499, 500, 900, 700]) write(tookMs);
    expect(times.takeSlow()).to.deep.equal({ count: 3, longestMs: 900 });
    expect(times.takeSlow()).to.deep.equal({ count: 0, longestMs: 0 });
  });
});
