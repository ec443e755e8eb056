import { systemClock } from '@paxkv/kvserver/node/system-clock';
import { expect } from 'chai';

describe('systemClock', () => {
  it('never goes back', () => {
    const times = Array.from({ length: 1000 }, () => systemClock.now());
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });

  it('calls back once the time has come, and not before', async () => {
    for (let fraction = 0; fraction < 1; fraction += 0.1) {
      const time = systemClock.now() + 5 + fraction;
      const calledAt = await new Promise<number>((resolve) => {
        systemClock.at(time, () => resolve(systemClock.now()));
      });
      expect(calledAt).to.be.at.least(time);
    }
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
