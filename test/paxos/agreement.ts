/** P1 to P5 and P11 to P13: peers agree, whichever peers propose, in any order, over any network. */
import { expect } from 'chai';
import type { Lab, LabGroup } from './lab.ts';

const instanceCount = 50;

export const basicAgreement: LabGroup = {
  cluster: { peerCount: 3 },
  tests: [
    {
      title: 'Single proposer',
      async run(lab) {
        lab.start(0, 0, 'hello');
        await lab.waitAll(0);
      },
    },
    {
      title: 'Many proposers, same value',
      async run(lab) {
        lab.startAll(1, () => 77);
        await lab.waitAll(1);
      },
    },
    {
      title: 'Many proposers, different values',
      async run(lab) {
        lab.startAll(2, (index) => 100 + index);
        await lab.waitAll(2);
      },
    },
    {
      title: 'Out-of-order instances',
      async run(lab) {
        lab.start(0, 7, 700);
        lab.start(0, 6, 600);
        lab.start(1, 5, 500);
        await lab.waitAll(7);
        lab.start(0, 4, 400);
        lab.start(1, 3, 300);
        for (const seq of [6, 5, 4, 3]) await lab.waitAll(seq);
        expect(lab.peer(0).max()).to.equal(7);
      },
    },
  ],
};

/** A deaf peer learns only by proposing: no request reaches it, and it does not ask. */
export const deafProposer: LabGroup = {
  cluster: { peerCount: 5 },
  tests: [
    {
      title: 'Deaf proposer',
      async run(lab) {
        lab.start(0, 0, 'hello');
        await lab.waitAll(0);

        await lab.deafen(0);
        await lab.deafen(4);
        const legal = ['goodbye'];
        lab.start(1, 1, 'goodbye');
        await lab.waitMajority(1, { legal });
        await lab.sleep(1000);
        expect(lab.decidedCount(1, { legal }), 'two are deaf').to.equal(3);

        lab.start(0, 1, 'another');
        await lab.waitDecided(1, 4, { legal });
        await lab.sleep(1000);
        expect(lab.decidedCount(1, { legal }), 'one has not asked').to.equal(4);

        lab.start(4, 1, 'a third');
        await lab.waitAll(1, { legal });
      },
    },
  ],
};

export const manyInstances: LabGroup = {
  cluster: { peerCount: 3, created: [] },
  tests: [{ title: 'Many instances', run: (lab) => runManyInstances(lab, 5) }],
};

export const manyInstancesUnreliable: LabGroup = {
  cluster: { peerCount: 3, created: [], unreliable: true },
  tests: [{ title: 'Many instances, unreliable RPC', run: (lab) => runManyInstances(lab, 3) }],
};

/** Keeps up to `activeCountMax` instances open, in each of which all peers propose different values. */
async function runManyInstances(lab: Lab, activeCountMax: number): Promise<void> {
  for (const index of lab.places) {
    await lab.create(index);
    lab.start(index, 0, 0);
  }
  for (let seq = 1; seq < instanceCount; seq += 1) {
    const oldest = seq - activeCountMax;
    while (oldest >= 0 && lab.decidedCount(oldest) < lab.peerCount) await lab.sleep(20);
    lab.startAll(seq, (index) => 10 * seq + index);
  }
  for (let seq = 1; seq < instanceCount; seq += 1) {
    while (lab.decidedCount(seq) < lab.peerCount) await lab.sleep(100);
  }
}

/** One peer never exists; another starts late and proposes another value than the majority decided. */
export const minorityProposal: LabGroup = {
  cluster: { peerCount: 5, created: [1, 2, 3] },
  tests: [
    {
      title: 'Minority proposal ignored',
      async run(lab) {
        const legal = [111];
        lab.start(1, 1, 111);
        await lab.waitMajority(1, { legal });
        await lab.create(0);
        lab.start(0, 1, 222);
        await lab.waitDecided(1, 4, { legal });
      },
    },
  ],
};
