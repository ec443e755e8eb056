/** P14 to P19: only a majority decides, and its decisions reach the others once the network heals. */
import { expect } from 'chai';
import type { Lab, LabGroup } from './lab.ts';

const roundCount = 20;

export const partitions: LabGroup = {
  cluster: { peerCount: 5 },
  tests: [
    {
      title: 'No decision if partitioned',
      async run(lab) {
        await lab.partition([0, 2], [1, 3], [4]);
        lab.start(1, 0, 111);
        await lab.checkMax(0, 0);
      },
    },
    {
      title: 'Decision in majority partition',
      async run(lab) {
        await lab.partition([0], [1, 2, 3], [4]);
        await lab.sleep(2000);
        await lab.waitMajority(0, { legal: [111] });
      },
    },
    {
      title: 'All agree after full heal',
      async run(lab) {
        lab.start(0, 0, 1000);
        lab.start(4, 0, 1004);
        await lab.partition(lab.places);
        await lab.waitAll(0, { legal: [111] });
      },
    },
    {
      title: 'One peer switches partitions',
      async run(lab) {
        for (let seq = 1; seq <= roundCount; seq += 1) {
          await lab.partition([0, 1, 2], [3, 4]);
          const legal = [10 * seq];
          lab.start(0, seq, 10 * seq);
          lab.start(3, seq, 10 * seq + 1);
          await lab.waitMajority(seq, { legal });
          expect(lab.decidedCount(seq, { legal })).to.be.at.most(3);

          await lab.partition([0, 1], [2, 3, 4]);
          await lab.waitAll(seq, { legal });
        }
      },
    },
    {
      title: 'One peer switches partitions, unreliable',
      async run(lab) {
        for (let seq = roundCount + 1; seq <= 2 * roundCount; seq += 1) {
          lab.setUnreliable(true);
          await lab.partition([0, 1, 2], [3, 4]);
          const legal = [0, 1, 2].map((index) => 10 * seq + index);
          lab.startAll(seq, (index) => 10 * seq + index);
          await lab.waitDecided(seq, 3, { legal });
          expect(lab.decidedCount(seq, { legal })).to.be.at.most(3);

          await lab.partition([0, 1], [2, 3, 4]);
          lab.setUnreliable(false);
          await lab.waitAll(seq, { legal });
        }
      },
    },
  ],
};

export const changingPartitions: LabGroup = {
  cluster: { peerCount: 5, unreliable: true },
  tests: [
    {
      title: 'Many requests, changing partitions',
      async run(lab) {
        let started = 0;
        const seqs = () => Array.from({ length: started }, (_, seq) => seq);
        await lab.during(20_000, [
          async () => {
            await lab.partition(...randomGroups(lab, 3));
            await lab.sleep(lab.random.between(0, 200));
          },
          async () => {
            const open = seqs().filter((seq) => lab.decidedCount(seq) < lab.peerCount);
            if (open.length < 10) {
              lab.startAll(started, () => lab.random.integer(0, 9));
              started += 1;
            }
            await lab.sleep(lab.random.between(0, 300));
          },
          async () => {
            for (const seq of seqs()) lab.decidedCount(seq);
            await lab.sleep(lab.random.between(0, 300));
          },
        ]);

        lab.setUnreliable(false);
        await lab.partition(lab.places);
        await lab.sleep(5000);
        for (const seq of seqs()) await lab.waitMajority(seq);
      },
    },
  ],
};

/** Each peer in one of `groupCount` groups. */
function randomGroups(lab: Lab, groupCount: number): number[][] {
  const groups: number[][] = Array.from({ length: groupCount }, () => []);
  for (const index of lab.places) lab.random.pick(groups).push(index);
  return groups;
}
