/**
 * Elections under partial connectivity: a peer that can reach a quorum leads soon, keeps leading, and uses no
 * more ballots than that takes. The three scenarios of partial connectivity are those of the Omni-Paxos
 * paper (EuroSys 2023).
 */
import type { PeerId } from '@paxkv/paxos';
import { expect } from 'chai';
import { Candidates } from './candidates.ts';

const seedCount = 5;
/** Four times the silence after which a leader counts as failed. */
const boundMs = 2000;
const calmMs = 2000;
const hourMs = 3_600_000;

/** The five peers of a scenario; the first leads when it begins. */
type Roles = readonly [PeerId, PeerId, PeerId, PeerId, PeerId];

function scenario(peerCount: number, run: (group: Candidates, roles: Roles) => Promise<void>) {
  return async () => {
    for (let seed = 0; seed < seedCount; seed += 1) {
      const group = new Candidates({ seed, peerCount });
      await group.run(async () => {
        await group.open();
        const [leader = 0] = group.leaders;
        const [a = 0, b = 0, c = 0, d = 0] = group.places.filter((peer) => peer !== leader);
        await run(group, [leader, a, b, c, d]);
      });
    }
  };
}

/** Expects that one peer leads, that it is not replaced for some time, and that its instances are decided. */
async function expectLeader(group: Candidates, among: readonly PeerId[]): Promise<void> {
  const title = `seed ${group.world.seed}`;
  const leaders = group.leaders;
  const { ballotCount } = group;
  expect(leaders, title).to.have.length(1);
  expect(among, title).to.include(leaders[0]);
  await group.sleep(calmMs);
  expect(group.leaders, title).to.deep.equal(leaders);
  expect(group.ballotCount, title).to.equal(ballotCount);
  expect(group.decidedWithin(calmMs), title).to.be.at.least((0.8 * calmMs) / group.startMs);
}

describe('Elections', () => {
  it(
    'choose the only peer that reaches a quorum, when the leader is left with one link (quorum loss)',
    scenario(5, async (group, [leader, hub, ...others]) => {
      const { ballotCount } = group;
      group.leaveOnly(...[leader, ...others].map((other) => [hub, other] as const));
      await group.sleep(boundMs);
      await expectLeader(group, [hub]);
      expect(group.ballotCount - ballotCount).to.be.at.most(2);
    }),
  );

  it(
    'choose a peer that lags behind, if only that one reaches a quorum (constrained)',
    scenario(5, async (group, [, hub, ...others]) => {
      group.isolate(hub);
      await group.sleep(1000);
      group.network.heal();
      const { ballotCount } = group;
      group.leaveOnly(...others.map((other) => [hub, other] as const));
      await group.sleep(boundMs);
      await expectLeader(group, [hub]);
      expect(group.ballotCount - ballotCount).to.be.at.most(2);
    }),
  );

  it(
    'leave a leader alone that one end of a chain cannot see (chained)',
    scenario(3, async (group, [leader, , end]) => {
      const { ballotCount } = group;
      group.cut([leader, end]);
      await group.sleep(boundMs);
      await expectLeader(group, [leader]);
      expect(group.ballotCount).to.equal(ballotCount);
    }),
  );

  it('settle wherever two peers reach each other, in whichever directions links are cut', async () => {
    for (let cuts = 0; cuts < 64; cuts += 1) {
      const group = new Candidates({ seed: cuts, peerCount: 3 });
      await group.run(async () => {
        await group.open();
        const links = [
          [0, 1],
          [1, 0],
          [0, 2],
          [2, 0],
          [1, 2],
          [2, 1],
        ] as const;
        const isCut = (from: PeerId, to: PeerId) =>
          links.some((link, bit) => link[0] === from && link[1] === to && (cuts >> bit) % 2 === 1);
        for (const [from, to] of links) if (isCut(from, to)) group.network.cut(from, to);
        const able = group.places.filter((a) =>
          group.places.some((b) => a !== b && !isCut(a, b) && !isCut(b, a)),
        );
        const { ballotCount } = group;
        await group.sleep(boundMs);
        if (able.length > 0) await expectLeader(group, able);
        else expect(group.leaders, 'leaders where no peer can reach a quorum').to.deep.equal([]);
        expect(group.ballotCount - ballotCount, `cuts ${cuts}`).to.be.at.most(2);
      });
    }
  });

  it('replace a leader that is cut off for an hour, and take it back without another ballot', async () => {
    const group = new Candidates({ seed: 1, peerCount: 3, startMs: 500 });
    await group.run(async () => {
      await group.open();
      const { ballotCount, leaders } = group;
      const [former = 0] = leaders;
      const others = group.places.filter((peer) => peer !== former);
      group.isolate(former);
      await group.sleep(hourMs);
      await expectLeader(group, others);
      expect(group.ballotCount - ballotCount).to.be.at.most(2);
      group.network.heal();
      const after = group.ballotCount;
      await group.sleep(boundMs);
      await expectLeader(group, others);
      expect(group.ballotCount).to.equal(after);
      expect(group.leaderOf(former)).to.be.oneOf(others);
    });
  });

  it(
    'are not held for a follower that comes and goes',
    scenario(5, async (group, [leader, a]) => {
      const { ballotCount } = group;
      for (let round = 0; round < 10; round += 1) {
        group.isolate(a);
        await group.sleep(700);
        group.network.heal();
        await group.sleep(300);
      }
      await expectLeader(group, [leader]);
      expect(group.ballotCount).to.equal(ballotCount);
    }),
  );

  it(
    'come to an end after a storm of restarts',
    scenario(5, async (group) => {
      const random = group.world.random('storm');
      for (let count = 0; count < 40; count += 1) {
        const peer = random.pick(group.places);
        if (group.isUp(peer)) group.crash(peer);
        else await group.start(peer);
        await group.sleep(random.between(0, 200));
      }
      for (const peer of group.places) if (!group.isUp(peer)) await group.start(peer);
      await group.sleep(boundMs);
      await expectLeader(group, group.places);
      expect(group.ballotCount, 'ballots, by 40 crashes and starts').to.be.at.most(60);
    }),
  );

  it(
    'are no condition for progress: instances are decided also where no peer can be elected',
    scenario(5, async (group, [leader, ...others]) => {
      // At no moment does a peer hear enough of the others to lead for long.
      for (let round = 0; round < 20; round += 1) {
        group.network.heal();
        group.isolate(others[round % 4] ?? 0);
        if (round % 2 === 0) group.isolate(leader);
        for (const peer of group.leaders) group.isolate(peer);
        await group.sleep(250);
      }
      expect(group.decidedWithin(5000), 'decided while leaders were cut off').to.be.above(10);
    }),
  );
});
