import { LeaderlessGrace } from '@paxkv/kvserver/internal/replica/writes/leaderless-grace';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

describe('LeaderlessGrace', () => {
  let world: World;
  let overCount: number;
  let grace: LeaderlessGrace;

  beforeEach(() => {
    world = new World({ seed: 1 });
    overCount = 0;
    grace = new LeaderlessGrace(world.clock, () => {
      overCount += 1;
    });
  });

  it('does not start before there was a leader', () => {
    expect(grace.isActive).to.equal(false);
  });

  it('lasts from one leader to the next', () =>
    world.run(async () => {
      grace.onLeader(undefined);
      await world.sleep(20);
      expect(grace.isActive).to.equal(true);
      grace.onLeader(2);
      expect(grace.isActive).to.equal(false);
      await world.sleep(1000);
      expect(overCount).to.equal(0);
    }));

  it('ends after its limit if there is no new leader', () =>
    world.run(async () => {
      grace.onLeader(undefined);
      await world.sleep(110);
      expect([grace.isActive, overCount]).to.deep.equal([false, 1]);
    }));

  it('ends long after an election, until a leader is known', () =>
    world.run(async () => {
      await world.sleep(5000);
      expect(grace.isLeaderUnreachable).to.equal(false);
      grace.onLeader(undefined);
      await world.sleep(900);
      expect(grace.isLeaderUnreachable).to.equal(false);
      await world.sleep(200);
      expect(grace.isLeaderUnreachable).to.equal(true);
      grace.onLeader(1);
      expect(grace.isLeaderUnreachable).to.equal(false);
    }));

  it('leaves no timer behind', () =>
    world.run(async () => {
      grace.onLeader(undefined);
      grace.stop();
      await world.sleep(1000);
      expect([grace.isActive, overCount]).to.deep.equal([false, 0]);
    }));

  it('lasts 100 ms, and a leader counts as unreachable after a second', () =>
    world.run(async () => {
      grace.onLeader(undefined);
      await world.sleep(99);
      expect([grace.isActive, overCount]).to.deep.equal([true, 0]);
      await world.sleep(2);
      expect([grace.isActive, overCount]).to.deep.equal([false, 1]);
      await world.sleep(898);
      expect(grace.isLeaderUnreachable).to.equal(false);
      await world.sleep(1);
      expect(grace.isLeaderUnreachable).to.equal(true);
      expect(overCount).to.equal(1);
    }));

  it('begins anew with each loss, also of a leader that nobody heard of in between', () =>
    world.run(async () => {
      grace.onLeader(undefined);
      await world.sleep(60);
      grace.onLeader(undefined);
      await world.sleep(60);
      expect([grace.isActive, overCount]).to.deep.equal([true, 0]);
      await world.sleep(60);
      expect([grace.isActive, overCount]).to.deep.equal([false, 1]);
      grace.onLeader(3);
      grace.onLeader(undefined);
      expect(grace.isActive).to.equal(true);
      await world.sleep(999);
      expect([grace.isLeaderUnreachable, overCount]).to.deep.equal([false, 2]);
    }));
});
