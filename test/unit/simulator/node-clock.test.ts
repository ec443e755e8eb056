import { World } from '@paxkv/simulator';
import { expect } from 'chai';

describe('NodeClock', () => {
  it('shows the world’s time by its own rate and offset', async () => {
    const world = new World({ seed: 1 });
    const fast = world.nodeClock({ rate: 2, offsetMs: 1_000 });
    await world.run(() => world.sleep(10));
    expect(fast.now()).to.equal(1_020);
  });

  it('calls back when its own time has come', async () => {
    const world = new World({ seed: 1 });
    const slow = world.nodeClock({ rate: 0.5 });
    await world.run(() => new Promise<void>((resolve) => slow.at(10, resolve)));
    expect(world.now()).to.equal(20);
  });

  it('has reached the time of a callback, whatever rounding says', async () => {
    const world = new World({ seed: 1 });
    const clock = world.nodeClock({ rate: 0.7, offsetMs: 0.1 });
    await world.run(async () => {
      for (let step = 1; step < 2_000; step += 1) {
        const time = clock.now() + step / 3;
        await new Promise<void>((resolve) => clock.at(time, resolve));
        expect(clock.now()).to.be.at.least(time);
        expect(clock.now()).to.be.closeTo(time, 1e-6);
      }
    });
  });

  it('jumps ahead, and what that makes due runs at once', async () => {
    const world = new World({ seed: 1 });
    const clock = world.nodeClock();
    const happened: string[] = [];
    clock.at(500, () => happened.push('due'));
    clock.at(2_000, () => happened.push('not due'));
    clock.jump(1_000);
    await world.run(() => world.sleep(1));
    expect(happened).to.deep.equal(['due']);
    expect(clock.now()).to.equal(1_001);
    await world.run(() => world.sleep(999));
    expect(happened).to.deep.equal(['due', 'not due']);
  });

  it('continues from its own time when its rate changes', async () => {
    const world = new World({ seed: 1 });
    const clock = world.nodeClock();
    await world.run(async () => {
      await world.sleep(10);
      clock.setRate(2);
      await new Promise<void>((resolve) => clock.at(30, resolve));
    });
    expect(world.now()).to.equal(20);
  });

  it('does not call back what was cancelled', async () => {
    const world = new World({ seed: 1 });
    const clock = world.nodeClock();
    let hasHappened = false;
    const callOff = clock.at(5, () => {
      hasHappened = true;
    });
    callOff();
    clock.jump(10);
    await world.run(() => world.sleep(10));
    expect(hasHappened).to.equal(false);
  });

  it('never goes back or stands still', () => {
    const world = new World({ seed: 1 });
    expect(() => world.nodeClock().jump(-1)).to.throw(RangeError);
    expect(() => world.nodeClock({ rate: 0 })).to.throw(RangeError);
    expect(() => world.nodeClock().setRate(-1)).to.throw(RangeError);
  });

  it('shows an earlier time after a restart, but not while timers are set', async () => {
    const world = new World({ seed: 1 });
    const clock = world.nodeClock();
    const callOff = clock.at(5_000, () => {});
    await world.run(() => world.sleep(1_000));
    expect(() => clock.restart(0)).to.throw(TypeError, 'timers are set');
    callOff();
    clock.restart(10);
    await world.run(() => world.sleep(5));
    expect(clock.now()).to.equal(15);
  });
});
