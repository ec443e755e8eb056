import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import type { Load, LoadResult } from 'paxkv/internal/bench/load/load';
import { countedFrom, runLoad, Schedule } from 'paxkv/internal/bench/load/run-load';
import { FakeClock } from '../../../client/fake-world.ts';

/** A store that takes `latencyMs` for each request, by a clock that jumps. */
class SlowStore {
  readonly clock = new FakeClock();
  underWayCount = 0;
  underWayCountMax = 0;
  sentCount = 0;

  async answerAfter(latencyMs: number): Promise<void> {
    this.sentCount += 1;
    this.underWayCount += 1;
    this.underWayCountMax = Math.max(this.underWayCountMax, this.underWayCount);
    await new Promise<void>((resolve) => {
      this.clock.at(this.clock.now() + latencyMs, resolve);
    });
    this.underWayCount -= 1;
  }

  run(load: Omit<Load, 'clock'>): Promise<LoadResult> {
    return this.clock.finish(runLoad({ ...load, clock: this.clock }));
  }
}

function latencyMsAt({ histogram }: LoadResult, percentile: number): number {
  return histogram.getValueAtPercentile(percentile) / 1000;
}

describe('a closed loop', () => {
  it('keeps every lane busy with one request at a time', async () => {
    const store = new SlowStore();
    const send = () => store.answerAfter(10);
    const result = await store.run({ send, inFlight: 4, durationMs: 1000 });
    expect(store.underWayCountMax).to.equal(4);
    // The last of each lane is answered at the end, which is no part of it any more.
    expect(result.answeredCount).to.equal(4 * 99);
    expect(result.elapsedMs).to.equal(1000);
    expect(result.laneCounts).to.deep.equal([100, 100, 100, 100]);
    expect(latencyMsAt(result, 50)).to.be.closeTo(10, 0.1);
  });

  it('does not count the warm-up', async () => {
    const store = new SlowStore();
    let sent = 0;
    const send = () => {
      sent += 1;
      return store.answerAfter(sent <= 5 ? 100 : 10);
    };
    const result = await store.run({ send, inFlight: 1, warmUpMs: 501, durationMs: 1000 });
    expect(latencyMsAt(result, 100)).to.be.closeTo(10, 0.1);
    expect(result.answeredCount).to.equal(100);
  });

  it('ends after a count of requests, and takes the time they took', async () => {
    const store = new SlowStore();
    const send = () => store.answerAfter(10);
    const result = await store.run({ send, inFlight: 3, requestCount: 10 });
    expect(store.sentCount).to.equal(10);
    expect(result.answeredCount).to.equal(10);
    expect(result.elapsedMs).to.equal(40);
  });

  it('counts failures by code, goes on, and lets time pass after each', async () => {
    const store = new SlowStore();
    const send = async () => {
      throw new KvError('KV_OVERLOADED', 'full');
    };
    const result = await store.run({ send, inFlight: 1, durationMs: 100 });
    expect(result.answeredCount).to.equal(0);
    expect(Object.fromEntries(result.failures)).to.deep.equal({ KV_OVERLOADED: 100 });
  });

  it('passes on a mistake of its caller', async () => {
    const store = new SlowStore();
    const send = async () => {
      throw new TypeError('not a key');
    };
    const work = runLoad({ send, inFlight: 1, durationMs: 100, clock: store.clock });
    const failure = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(TypeError);
  });

  it('ends early when it is called off', async () => {
    const store = new SlowStore();
    const stop = new AbortController();
    store.clock.at(55, () => stop.abort());
    const send = () => store.answerAfter(10);
    const load = { send, inFlight: 2, durationMs: 60_000, signal: stop.signal };
    const result = await store.run(load);
    expect(result.elapsedMs).to.equal(60);
    expect(result.answeredCount).to.equal(12);
  });
});

describe('an open loop', () => {
  it('sends at its rate, and no more, where the store is fast', async () => {
    const store = new SlowStore();
    const send = () => store.answerAfter(3);
    const result = await store.run({ send, inFlight: 16, perSecond: 100, durationMs: 1000 });
    expect(store.sentCount).to.equal(100);
    expect(result.unsentCount).to.equal(0);
    expect(latencyMsAt(result, 100)).to.be.closeTo(3, 0.1);
  });

  it('counts a stall for every request that was due in it', async () => {
    const store = new SlowStore();
    // All that is sent in the first half second is answered at its end.
    const send = () => store.answerAfter(Math.max(1, 500 - store.clock.now()));
    const load = { send, inFlight: 4, durationMs: 1000 };
    const open = await store.run({ ...load, perSecond: 100 });
    expect(open.histogram.totalCount).to.equal(100);
    // Half of all were due in the stall, and waited for 250 ms in the middle.
    expect(latencyMsAt(open, 75)).to.be.closeTo(250, 15);
    expect(latencyMsAt(open, 100)).to.be.closeTo(500, 1);
  });

  it('tells how many were due and could not be sent', async () => {
    const store = new SlowStore();
    const send = () => store.answerAfter(100);
    const load = { send, inFlight: 2, perSecond: 100, durationMs: 1000 };
    const result = await store.run(load);
    expect(store.sentCount).to.equal(20);
    expect(result.unsentCount).to.equal(80);
  });
});

describe('the schedule of an open loop', () => {
  it('is due at even intervals from its start, without drift', () => {
    const schedule = new Schedule(300, 1000);
    const due = Array.from({ length: 901 }, () => schedule.take());
    expect(due[0]).to.equal(1000);
    expect(due[1]).to.be.closeTo(1000 + 1000 / 300, 1e-9);
    expect(due[900]).to.equal(4000);
  });

  it('tells how many were due and not taken', () => {
    const schedule = new Schedule(100, 0);
    expect(schedule.leftUntil(1000)).to.equal(100);
    for (let taken = 0; taken < 40; taken += 1) schedule.take();
    expect(schedule.leftUntil(1000)).to.equal(60);
    expect(schedule.leftUntil(100)).to.equal(0);
  });

  it('counts from when a request was due, but for what a timer is late by itself', () => {
    expect(countedFrom(100, 101)).to.equal(101);
    expect(countedFrom(100, 150)).to.equal(100);
  });
});
