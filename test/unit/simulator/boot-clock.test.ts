import { World } from '@paxkv/simulator';
import { expect } from 'chai';

describe('BootClock', () => {
  it('shows the time of the underlying clock and calls back by it', async () => {
    const world = new World({ seed: 1 });
    const clock = world.bootClock(world.nodeClock({ rate: 2 }));
    await world.run(() => new Promise<void>((resolve) => clock.at(10, resolve)));
    expect([world.now(), clock.now()]).to.deep.equal([5, 10]);
  });

  it('runs nothing once stopped, neither what waits nor what is added later', async () => {
    const world = new World({ seed: 1 });
    const clock = world.bootClock();
    const happened: string[] = [];
    clock.at(5, () => happened.push('waited'));
    clock.stop();
    clock.at(5, () => happened.push('added'));
    await world.run(() => world.sleep(10));
    expect(happened).to.deep.equal([]);
  });

  it('stops alone: another boot of the node continues', async () => {
    const world = new World({ seed: 1 });
    const happened: string[] = [];
    const crashed = world.bootClock();
    const restarted = world.bootClock();
    crashed.at(1, () => happened.push('crashed'));
    restarted.at(1, () => happened.push('restarted'));
    crashed.stop();
    await world.run(() => world.sleep(2));
    expect(happened).to.deep.equal(['restarted']);
  });

  it('does not call back what was cancelled', async () => {
    const world = new World({ seed: 1 });
    let hasHappened = false;
    world.bootClock().at(1, () => {
      hasHappened = true;
    })();
    await world.run(() => world.sleep(2));
    expect(hasHappened).to.equal(false);
  });
});
