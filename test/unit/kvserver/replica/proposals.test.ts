import { PendingRequest } from '@paxkv/kvserver/replica/pending-request';
import { type OwnBatch, Proposals } from '@paxkv/kvserver/replica/proposals';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { bytes, put } from '../state-machine/fixtures.ts';

function batch(number: number): OwnBatch {
  const { clock } = new World({ seed: 1 });
  const pending = new PendingRequest(
    { command: put('k', String(number)) },
    { clock, timeoutMs: 1, signal: undefined, onSettled: () => {} },
  );
  return { number, requests: [pending], value: bytes(`batch ${number}`) };
}

describe('Proposals', () => {
  it('knows an own batch by its bytes', () => {
    const proposals = new Proposals();
    const own = batch(1);
    proposals.begin(4, own);
    proposals.onDecided(4, bytes('batch 1'));
    expect(proposals.isInFlight(4)).to.equal(false);
    expect(proposals.takeDecided(1)).to.equal(own);
    expect(proposals.takeDecided(1)).to.equal(undefined);
    expect(proposals.takeDisplaced()).to.equal(undefined);
  });

  it('gives a displaced batch out once, the oldest first', () => {
    const proposals = new Proposals();
    const [first, second] = [batch(1), batch(2)];
    proposals.begin(4, first);
    proposals.begin(5, second);
    expect(proposals.takeDisplaced()).to.equal(undefined);
    proposals.onDecided(5, bytes('batch 9'));
    proposals.onDecided(4, bytes('other'));
    expect(proposals.inFlightCount).to.equal(0);
    expect(proposals.takeDisplaced()).to.equal(first);
    expect(proposals.takeDisplaced()).to.equal(second);
    expect(proposals.takeDisplaced()).to.equal(undefined);
  });

  it('drops a displaced batch for which nobody waits', () => {
    const proposals = new Proposals();
    const own = batch(1);
    proposals.begin(0, own);
    proposals.onDecided(0, bytes('other'));
    for (const request of own.requests) request.resolve({ type: 'put', revision: 1 });
    expect(proposals.takeDisplaced()).to.equal(undefined);
  });

  it('pays no heed to instances it proposed nothing in', () => {
    const proposals = new Proposals();
    proposals.onDecided(0, bytes('other'));
    expect(proposals.takeDisplaced()).to.equal(undefined);
    proposals.begin(7, batch(1));
    proposals.begin(3, batch(2));
    expect(proposals.highestSeq).to.equal(7);
    expect([proposals.isInFlight(3), proposals.isInFlight(4)]).to.deep.equal([true, false]);
  });
});
