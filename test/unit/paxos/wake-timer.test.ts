import { WakeTimer } from '@paxkv/paxos/internal/wake-timer';
import { expect } from 'chai';

/** A clock whose alarms the test rings. */
class ManualClock {
  readonly alarms = new Map<number, () => void>();

  now(): number {
    return 0;
  }

  at(time: number, callback: () => void): () => void {
    this.alarms.set(time, callback);
    return () => this.alarms.delete(time);
  }

  ring(time: number): void {
    const callback = this.alarms.get(time);
    this.alarms.delete(time);
    callback?.();
  }
}

describe('WakeTimer', () => {
  let clock: ManualClock;
  let wakeCount: number;
  let timer: WakeTimer;

  beforeEach(() => {
    clock = new ManualClock();
    wakeCount = 0;
    timer = new WakeTimer(clock, () => {
      wakeCount += 1;
    });
  });

  it('wakes once at the time it is set to', () => {
    timer.set(10);
    clock.ring(10);
    expect(wakeCount).to.equal(1);
    expect(clock.alarms.size).to.equal(0);
  });

  it('has one alarm at a time, the earliest', () => {
    timer.set(10);
    timer.set(20);
    expect([...clock.alarms.keys()]).to.deep.equal([10]);
    timer.set(5);
    expect([...clock.alarms.keys()]).to.deep.equal([5]);
  });

  it('can be set again once it has rung', () => {
    timer.set(10);
    clock.ring(10);
    timer.set(20);
    expect([...clock.alarms.keys()]).to.deep.equal([20]);
  });

  it('does not wake once cancelled', () => {
    timer.set(10);
    timer.cancel();
    expect(clock.alarms.size).to.equal(0);
    timer.set(20);
    expect([...clock.alarms.keys()]).to.deep.equal([20]);
  });
});
