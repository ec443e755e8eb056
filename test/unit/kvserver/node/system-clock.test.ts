import { systemClock } from '@paxkv/kvserver/node/system-clock';
import { expect } from 'chai';

describe('systemClock', () => {
  it('never goes back', () => {
    const times = Array.from({ length: 1000 }, () => systemClock.now());
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });

  it('calls back once the time has come, and not before', async () => {
    const time = systemClock.now() + 20;
    const calledAt = await new Promise<number>((resolve) => {
      systemClock.at(time, () => resolve(systemClock.now()));
    });
    // Timers count whole milliseconds.
    expect(calledAt).to.be.at.least(time - 1);
  });

  it('calls back at once for a time that has passed', async () => {
    await new Promise<void>((resolve) => {
      systemClock.at(systemClock.now() - 1000, resolve);
    });
  });

  it('can be called off', async () => {
    let wasCalled = false;
    const time = systemClock.now() + 5;
    const cancel = systemClock.at(time, () => {
      wasCalled = true;
    });
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.at(time + 10, resolve);
    });
    expect(wasCalled).to.equal(false);
  });
});
