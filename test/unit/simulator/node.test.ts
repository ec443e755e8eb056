import { SimNode, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { rejectionOf } from './rejection.ts';

/** A node whose program logs every millisecond that it runs. */
function tickingNode(world: World) {
  const ticks: string[] = [];
  let bootCount = 0;
  const node = new SimNode(world, async ({ clock, onCrash }) => {
    bootCount += 1;
    const boot = bootCount;
    const tick = () => {
      ticks.push(`boot ${boot}`);
      clock.at(clock.now() + 1, tick);
    };
    clock.at(clock.now() + 1, tick);
    onCrash(() => ticks.push(`end of boot ${boot}`));
    return boot;
  });
  return { node, ticks };
}

describe('SimNode', () => {
  it('does nothing from a crash until it is started again', async () => {
    const world = new World({ seed: 1 });
    const { node, ticks } = tickingNode(world);
    await world.run(async () => {
      await node.start();
      await world.sleep(2.5);
      node.crash();
      await world.sleep(10);
      await node.start();
      await world.sleep(1.5);
    });
    expect(ticks).to.deep.equal(['boot 1', 'boot 1', 'end of boot 1', 'boot 2']);
  });

  it('shows its program only while it is up', async () => {
    const world = new World({ seed: 1 });
    const { node } = tickingNode(world);
    expect(node.program).to.equal(undefined);
    expect(await world.run(() => node.start())).to.equal(1);
    expect(node.program).to.equal(1);
    node.crash();
    node.crash();
    expect(node.program).to.equal(undefined);
  });

  it('refuses to start while it is up', async () => {
    const world = new World({ seed: 1 });
    const { node } = tickingNode(world);
    await node.start();
    expect((await rejectionOf(node.start())).message).to.contain('a node that is up');
  });

  it('ends a start when it crashes meanwhile', async () => {
    const world = new World({ seed: 1 });
    const node = new SimNode(world, () => new Promise<never>(() => {}));
    const starting = node.start();
    node.crash();
    expect((await rejectionOf(starting)).message).to.contain('crashed while it was starting');
  });

  it('is down after a start that failed, with everything ended', async () => {
    const world = new World({ seed: 1 });
    let hasEnded = false;
    const node = new SimNode(world, async ({ onCrash }) => {
      onCrash(() => {
        hasEnded = true;
      });
      throw new Error('no such thing');
    });
    expect((await rejectionOf(node.start())).message).to.equal('no such thing');
    expect(hasEnded).to.equal(true);
    expect((await rejectionOf(node.start())).message).to.equal('no such thing');
  });

  it('keeps its clock over crashes', async () => {
    const world = new World({ seed: 1 });
    const clock = world.nodeClock({ offsetMs: 1_000 });
    const node = new SimNode(world, async (lifetime) => lifetime.clock.now(), clock);
    expect(await node.start()).to.equal(1_000);
    clock.jump(500);
    node.crash();
    expect(await node.start()).to.equal(1_500);
  });

  it('does nothing while it is paused, and then gets what came meanwhile', async () => {
    const world = new World({ seed: 1 });
    const { node, ticks } = tickingNode(world);
    await world.run(async () => {
      await node.start();
      await world.sleep(1.5);
      node.pause();
      expect(node.isPaused).to.equal(true);
      await world.sleep(10);
      expect(ticks).to.deep.equal(['boot 1']);
      node.resume();
      await world.sleep(0.5);
    });
    expect(ticks).to.deep.equal(['boot 1', 'boot 1']);
  });

  it('drops what waited when it crashes during a pause', async () => {
    const world = new World({ seed: 1 });
    const { node, ticks } = tickingNode(world);
    await world.run(async () => {
      await node.start();
      node.pause();
      await world.sleep(5);
      node.crash();
      expect(node.isUp).to.equal(false);
      await node.start();
      expect(node.isPaused).to.equal(false);
      await world.sleep(1.5);
    });
    expect(ticks).to.deep.equal(['end of boot 1', 'boot 2']);
  });
});
