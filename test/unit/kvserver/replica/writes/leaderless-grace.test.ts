import { LeaderlessGrace } from '@paxkv/kvserver/internal/replica/writes/leaderless-grace';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

describe('Interregnum', () => {
  let world: World;
  let overCount: number;
  let interregnum: LeaderlessGrace;

  beforeEach(() => {
    world = new World({ seed: 1 });
    overCount = 0;
    interregnum = new LeaderlessGrace(world.clock, () => {
      overCount += 1;
    });
  });

  it('is not on before anybody has led', () => {
    expect(interregnum.isOn).to.equal(false);
  });

  it('lasts from one leader to the next', () =>
    world.run(async () => {
      interregnum.onLeader(undefined);
      await world.sleep(20);
      expect(interregnum.isOn).to.equal(true);
      interregnum.onLeader(2);
      expect(interregnum.isOn).to.equal(false);
      await world.sleep(1000);
      expect(overCount).to.equal(0);
    }));

  it('lasts no longer than a moment where nobody comes to lead', () =>
    world.run(async () => {
      interregnum.onLeader(undefined);
      await world.sleep(110);
      expect([interregnum.isOn, overCount]).to.deep.equal([false, 1]);
    }));

  it('is long well after any election, until somebody is known to lead', () =>
    world.run(async () => {
      await world.sleep(5000);
      expect(interregnum.isLong).to.equal(false);
      interregnum.onLeader(undefined);
      await world.sleep(900);
      expect(interregnum.isLong).to.equal(false);
      await world.sleep(200);
      expect(interregnum.isLong).to.equal(true);
      interregnum.onLeader(1);
      expect(interregnum.isLong).to.equal(false);
    }));

  it('leaves no timer behind', () =>
    world.run(async () => {
      interregnum.onLeader(undefined);
      interregnum.stop();
      await world.sleep(1000);
      expect([interregnum.isOn, overCount]).to.deep.equal([false, 0]);
    }));
});
