/** P6 to P9: what every peer is done with is forgotten and freed, and nothing else is. */
import { expect } from 'chai';
import type { Lab, LabGroup } from './lab.ts';

export const forgetting: LabGroup = {
  cluster: { peerCount: 6 },
  tests: [
    {
      title: 'Forgetting',
      async run(lab) {
        for (const min of mins(lab)) expect(min, 'at first').to.be.at.most(0);
        lab.start(0, 0, '00');
        lab.start(1, 1, '11');
        lab.start(2, 2, '22');
        lab.start(0, 6, '66');
        lab.start(1, 7, '77');
        await lab.waitAll(0);
        for (const min of mins(lab)) expect(min, 'before any host is done').to.equal(0);
        await lab.waitAll(1);
        for (const min of mins(lab)) expect(min, 'before any host is done').to.equal(0);

        for (const peer of lab.peers) peer.done(0);
        for (const peer of lab.peers.slice(1)) peer.done(1);
        for (const index of lab.places) lab.start(index, 8 + index, 'xx');
        await waitMins(lab, 1);
      },
    },
  ],
};

export const lotsOfForgetting: LabGroup = {
  cluster: { peerCount: 3, unreliable: true },
  tests: [
    {
      title: 'Lots of forgetting',
      async run(lab) {
        const seqs = Array.from({ length: 20 }, (_, seq) => seq);
        for (const seq of lab.random.shuffle(seqs)) {
          lab.start(lab.random.pick(lab.places), seq, lab.random.integer(0, 2 ** 31));
        }
        const forgetOne = async () => {
          await lab.sleep(1);
          const peer = lab.random.pick(lab.peers);
          const seq = lab.random.pick(seqs);
          if (seq >= peer.min() && peer.status(seq).fate === 'decided') peer.done(seq);
        };
        await lab.during(5000, [forgetOne]);
        lab.setUnreliable(false);
        await lab.sleep(2000);
        for (const seq of seqs) {
          const held = lab.peers.filter((peer) => seq >= peer.min());
          for (const peer of held) expect(peer.status(seq).fate).to.not.equal('forgotten');
          lab.decidedCount(seq);
        }
      },
    },
  ],
};

export const freesMemory: LabGroup = {
  cluster: { peerCount: 3 },
  tests: [
    {
      title: 'Paxos frees forgotten instance memory',
      async run(lab) {
        lab.start(0, 0, 'x');
        await lab.waitAll(0);
        const emptyBytes = lab.heapBytes();

        const valueBytes = 1_000_000;
        for (let seq = 1; seq <= 10; seq += 1) {
          lab.start(0, seq, lab.random.letters(valueBytes));
          await lab.waitAll(seq);
        }
        const fullBytes = lab.heapBytes() - emptyBytes;
        expect(fullBytes, 'each peer holds every value').to.be.at.least(3 * 10 * valueBytes);

        for (const peer of lab.peers) peer.done(10);
        for (const index of lab.places) lab.start(index, 11 + index, 'z');
        await lab.sleep(3000);
        for (const min of mins(lab)) expect(min).to.equal(11);
        const freedBytes = lab.heapBytes() - emptyBytes;
        expect(freedBytes, 'bytes left').to.be.at.most(fullBytes / 2);

        await expectForgottenForGood(lab, [0, 1, 2]);
      },
    },
  ],
};

export const maxAfterDone: LabGroup = {
  cluster: { peerCount: 3 },
  tests: [
    {
      title: 'Paxos Max() after Done()s',
      async run(lab) {
        for (let seq = 0; seq <= 10; seq += 1) {
          lab.start(0, seq, 'x');
          await lab.waitAll(seq);
        }
        for (const peer of lab.peers) peer.done(10);
        // Only so that messages carry what each host is done with.
        lab.startAll(10, () => 'z');
        await lab.sleep(2000);
        for (const peer of lab.peers) expect(peer.max()).to.equal(10);

        // Forgotten as soon as it is heard of: no record is left that `max` could be read from.
        for (const peer of lab.peers) peer.done(20);
        lab.start(0, 11, 'y');
        await lab.sleep(1000);
        expect(lab.peer(0).min()).to.equal(21);
        for (const peer of lab.peers) expect(peer.max()).to.equal(11);
      },
    },
  ],
};

function mins(lab: Lab): number[] {
  return lab.peers.map((peer) => peer.min());
}

/** Polls each second, 12 times at most, until every peer's `min()` is `min`. */
async function waitMins(lab: Lab, min: number): Promise<void> {
  for (let count = 0; count < 12; count += 1) {
    if (mins(lab).every((each) => each === min)) return;
    await lab.sleep(1000);
  }
  expect(mins(lab)).to.deep.equal(lab.places.map(() => min));
}

/** Starting a forgotten instance again neither restores it nor decides another value in it. */
async function expectForgottenForGood(lab: Lab, seqs: readonly number[]): Promise<void> {
  const expectForgotten = () => {
    const statuses = seqs.flatMap((seq) => lab.peers.map((peer) => peer.status(seq)));
    for (const status of statuses) expect(status).to.deep.equal({ fate: 'forgotten' });
  };
  expectForgotten();
  // Not through the lab: these values must never be decided.
  for (const seq of seqs) for (const peer of lab.peers) peer.start(seq, lab.random.letters(10));
  await lab.sleep(1000);
  expectForgotten();
}
