import { systemTimer } from '@paxkv/kvserver/internal/storage/journal/set-timer';
import { expect } from 'chai';

describe('systemTimer', () => {
  it('calls back once, not before its time, unless it is called off', async () => {
    const called: string[] = [];
    const begunMs = performance.now();
    const callOff = systemTimer(5, () => called.push('called off'));
    callOff();
    await new Promise<void>((resolve) => {
      systemTimer(20, () => {
        called.push('late');
        resolve();
      });
      // The timers themselves do not keep the process alive.
      setTimeout(() => {}, 1_000).unref();
      const alive = setInterval(() => called.includes('late') && clearInterval(alive), 1);
    });
    expect(performance.now() - begunMs).to.be.at.least(19);
    expect(called).to.deep.equal(['late']);
  });
});
