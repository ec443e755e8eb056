import { factsOf, type ShownParts } from '@paxkv/kvserver/internal/replica/replica-facts';
import { expect } from 'chai';

/** What metrics show of node 1 of four. */
function facts(applied: number, doneByPeer: readonly number[]) {
  const parts = {
    me: 1,
    paxos: { doneByPeer: () => doneByPeer },
    applier: {
      applied,
      next: applied + 3,
      bytesAbove: (seq: number) => 10 * Math.max(0, applied - seq),
      machine: { undurableBytes: 70 },
    },
    pending: { bounds: [{ bound: 'pendingBytesMax', used: 1, max: 2 }] },
  };
  return factsOf(parts as unknown as ShownParts);
}

describe('The facts of a replica', () => {
  it('have how far each other one is behind, and not how far it is ahead', () => {
    expect(facts(20, [17, 3, 20, 25]).peerLag).to.deep.equal([
      { peer: 0, instances: 3, bytes: 30 },
      { peer: 2, instances: 0, bytes: 0 },
      { peer: 3, instances: 0, bytes: 0 },
    ]);
  });

  it('have what waits here', () => {
    expect(facts(20, [-1, 20])).to.deep.equal({
      next: 23,
      peerLag: [{ peer: 0, instances: 21, bytes: 210 }],
      undurableBytes: 70,
      bounds: [{ bound: 'pendingBytesMax', used: 1, max: 2 }],
    });
  });
});
