import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { Aim } from './aim.ts';

const drawCount = 200;

async function drawMany(aim: Aim, count = 1): Promise<number[][]> {
  const draws: number[][] = [];
  for (let index = 0; index < drawCount; index += 1) draws.push(await aim.draw(count));
  return draws;
}

/** A cluster in which each node names a leader, or does not answer. */
function aimAt(leaders: readonly (number | null | 'silent')[]): Aim {
  const cluster = {
    nodes: [...leaders.keys()],
    status: async (node: number) => {
      const leader = leaders[node] ?? null;
      if (leader === 'silent') throw new Error('no answer');
      return { leader };
    },
  };
  return new Aim(cluster, new SeededRandom('aim'));
}

describe('the aim of harm', () => {
  it('picks the leader in at least half of the picks, and others too', async () => {
    const aim = aimAt([2, 2, 2, 2, 2]);
    const leaderCount = (await drawMany(aim)).filter(([node]) => node === 2).length;
    expect(leaderCount)
      .to.be.greaterThan(drawCount / 2)
      .and.lessThan(0.75 * drawCount);
    expect(aim.leaderCount).to.equal(leaderCount);
  });

  it('trusts the node that reports itself as leader', async () => {
    const aim = aimAt([1, null, 2]);
    const counts = (await drawMany(aim)).map(([node]) => node).filter((node) => node === 2);
    expect(counts.length).to.be.greaterThan(drawCount / 2);
  });

  it('picks each node equally often if no node leads or answers', async () => {
    const aim = aimAt([null, 'silent', null]);
    const nodes = (await drawMany(aim)).map(([node]) => node);
    for (const each of [0, 1, 2]) {
      expect(nodes.filter((node) => node === each).length).to.be.greaterThan(drawCount / 5);
    }
    expect(aim.leaderCount).to.equal(0);
  });

  it('picks no node twice', async () => {
    for (const draw of await drawMany(aimAt([1, 1, 1]), 3)) {
      expect(draw.toSorted()).to.deep.equal([0, 1, 2]);
    }
  });
});
