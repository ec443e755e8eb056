import { systemEnvironment } from '@paxkv/client';
import { expect } from 'chai';

describe('systemEnvironment', () => {
  const { clock, random } = systemEnvironment();

  it('calls back when the time has come', async () => {
    const due = clock.now() + 5;
    await new Promise<void>((resolve) => clock.at(due, resolve));
    // Timers count whole milliseconds and may be early by a part of one.
    expect(clock.now()).to.be.at.least(due - 1);
  });

  it('calls back soon for a past time, but never within the call', async () => {
    let hasReturned = false;
    const seen = new Promise<boolean>((resolve) => clock.at(-1, () => resolve(hasReturned)));
    hasReturned = true;
    expect(await seen).to.equal(true);
  });

  it('does not call back after it was prevented', async () => {
    const calls: string[] = [];
    const now = clock.now();
    clock.at(now + 1, () => calls.push('early'))();
    await new Promise<void>((resolve) => clock.at(now + 5, resolve));
    expect(calls).to.deep.equal([]);
  });

  it('draws from 0 up to 1', () => {
    expect(random.next()).to.be.within(0, 1);
  });
});
