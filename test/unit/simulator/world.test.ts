import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { rejectionOf } from './rejection.ts';

describe('World', () => {
  it('begins at 0 and jumps to the next event', async () => {
    const world = new World({ seed: 1 });
    const startedAt = performance.now();
    const times = await world.run(async () => {
      const before = world.now();
      await world.sleep(3_600_000);
      return [before, world.now()];
    });
    expect(times).to.deep.equal([0, 3_600_000]);
    expect(performance.now() - startedAt).to.be.below(1_000);
  });

  it('passes no time outside a run', async () => {
    const world = new World({ seed: 1 });
    let hasHappened = false;
    world.schedule(1, () => {
      hasHappened = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([hasHappened, world.now()]).to.deep.equal([false, 0]);
    await world.run(() => world.sleep(1));
    expect([hasHappened, world.now()]).to.deep.equal([true, 1]);
  });

  it('keeps what is scheduled beyond a run for the next one', async () => {
    const world = new World({ seed: 1 });
    const happened: number[] = [];
    await world.run(async () => {
      world.schedule(20, () => happened.push(world.now()));
      await world.sleep(10);
    });
    expect(happened).to.deep.equal([]);
    await world.run(() => world.sleep(10));
    expect(happened).to.deep.equal([20]);
  });

  it('lets every promise settle before time passes', async () => {
    const world = new World({ seed: 1 });
    const seen: number[] = [];
    await world.run(async () => {
      world.schedule(1, () => seen.push(-1));
      for (let step = 0; step < 100; step += 1) await Promise.resolve();
      seen.push(world.now());
      await world.sleep(1);
    });
    expect(seen).to.deep.equal([0, -1]);
  });

  it('runs what is scheduled in the past or at once at the present moment', async () => {
    const world = new World({ seed: 1 });
    await world.run(async () => {
      await world.sleep(5);
      await new Promise<void>((resolve) => world.clock.at(2, resolve));
      await world.sleep(0);
    });
    expect(world.now()).to.equal(5);
  });

  it('passes on what main throws and what it returns', async () => {
    const world = new World({ seed: 1 });
    const failure = new Error('main failed');
    const failing = world.run(async () => {
      await world.sleep(1);
      throw failure;
    });
    expect(await rejectionOf(failing)).to.equal(failure);
    expect(await world.run(async () => 'value')).to.equal('value');
  });

  it('fails the run with what a scheduled callback throws', async () => {
    const world = new World({ seed: 1 });
    const failure = new Error('callback failed');
    world.schedule(1, () => {
      throw failure;
    });
    expect(await rejectionOf(world.run(() => world.sleep(2)))).to.equal(failure);
  });

  it('fails a run that waits with no event left', async () => {
    const world = new World({ seed: 1 });
    const error = await rejectionOf(world.run(() => new Promise(() => {})));
    expect(error.message).to.contain('no event is left');
  });

  it('fails a run that reaches its time limit', async () => {
    const world = new World({ seed: 1 });
    await world.run(() => world.sleep(100), { withinMs: 100 });
    const error = await rejectionOf(world.run(() => world.sleep(101), { withinMs: 100 }));
    expect(error.message).to.contain('time limit is reached');
  });

  it('runs one main at a time', async () => {
    const world = new World({ seed: 1 });
    const inner = world.run(() => rejectionOf(world.run(async () => {})));
    expect((await inner).message).to.contain('a world that is running');
  });

  it('gives one generator for each name of a stream', () => {
    const world = new World({ seed: 1 });
    expect(world.random('a')).to.equal(world.random('a'));
    expect(world.random('a').next()).to.not.equal(world.random('b').next());
  });

  it('refuses to schedule at NaN', () => {
    const world = new World({ seed: 1 });
    expect(() => world.schedule(Number.NaN, () => {})).to.throw(RangeError);
  });

  it('steps event by event for a host with a loop of its own', async () => {
    const world = new World({ seed: 1 });
    const happened: number[] = [];
    expect([world.nextTimeMs(), world.step()]).to.deep.equal([undefined, false]);
    for (const delayMs of [20, 10]) world.schedule(delayMs, () => happened.push(delayMs));
    expect(world.nextTimeMs()).to.equal(10);
    expect([world.step(), world.now()]).to.deep.equal([true, 10]);
    expect([world.step(), world.now(), world.step()]).to.deep.equal([true, 20, false]);
    expect(happened).to.deep.equal([10, 20]);
    await world.run(async () => expect(() => world.step()).to.throw('cannot step'));
  });
});
