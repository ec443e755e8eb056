import { isAwaited, Proposals } from '@paxkv/kvserver/internal/replica/writes/proposals';
import { expect } from 'chai';
import { bytes } from '../../state-machine/fixtures.ts';
import { ownBatch, pendingPut } from '../pending.ts';

describe('Proposals', () => {
  it('recognizes its own batch by its bytes', () => {
    const proposals = new Proposals();
    proposals.begin(4, ownBatch(1));
    proposals.onDecided(4, bytes('batch 1'));
    expect(proposals.isInFlight(4)).to.equal(false);
    expect(proposals.takeDisplaced()).to.equal(undefined);
  });

  it('returns a displaced batch once, the oldest first', () => {
    const proposals = new Proposals();
    const [first, second] = [ownBatch(1), ownBatch(2)];
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

  it('drops a displaced batch that no request awaits', () => {
    const proposals = new Proposals();
    const own = ownBatch(1);
    proposals.begin(0, own);
    proposals.onDecided(0, bytes('other'));
    for (const request of own.requests) request.resolve({ type: 'put', revision: 1 });
    expect(proposals.takeDisplaced()).to.equal(undefined);
  });

  it('keeps the batch of another replica, which alone knows its waiting requests', () => {
    const proposals = new Proposals();
    const batch = { origin: { node: 2, runId: 1, number: 1 }, value: bytes('forwarded') };
    proposals.begin(0, batch);
    proposals.onDecided(0, bytes('other'));
    expect(proposals.takeDisplaced()).to.equal(batch);
  });

  it('displaces the batches of instances that the state has passed without a decision', () => {
    const proposals = new Proposals();
    const [first, second, third] = [ownBatch(1), ownBatch(2), ownBatch(3)];
    proposals.begin(5, second);
    proposals.begin(4, first);
    proposals.begin(6, third);
    proposals.onPassed(5);
    expect([proposals.inFlightCount, proposals.isInFlight(6)]).to.deep.equal([1, true]);
    expect(proposals.takeDisplaced()).to.equal(first);
    expect(proposals.takeDisplaced()).to.equal(second);
    expect(proposals.takeDisplaced()).to.equal(undefined);
  });

  it('has a batch while it is proposed or displaced', () => {
    const proposals = new Proposals();
    const batch = ownBatch(1);
    expect(proposals.has(batch)).to.equal(false);
    proposals.begin(0, batch);
    expect(proposals.has(batch)).to.equal(true);
    proposals.onDecided(0, bytes('other'));
    expect(proposals.has(batch)).to.equal(true);
    proposals.begin(1, proposals.takeDisplaced() ?? batch);
    proposals.onDecided(1, batch.value);
    expect(proposals.has(batch)).to.equal(false);
  });

  it('ignores instances in which it proposed nothing', () => {
    const proposals = new Proposals();
    proposals.onDecided(0, bytes('other'));
    expect(proposals.takeDisplaced()).to.equal(undefined);
    proposals.begin(7, ownBatch(1));
    proposals.begin(3, ownBatch(2));
    expect(proposals.highestSeq).to.equal(7);
    expect([proposals.isInFlight(3), proposals.isInFlight(4)]).to.deep.equal([true, false]);
  });

  it('counts losses in a row, which a batch that wins ends', () => {
    const proposals = new Proposals();
    expect(proposals.consecutiveLosses).to.equal(0);
    for (const seq of [0, 1, 2]) proposals.begin(seq, ownBatch(seq));
    expect(proposals.onDecided(9, bytes('other'))).to.equal(false);
    expect(proposals.onDecided(0, bytes('other'))).to.equal(true);
    expect(proposals.onDecided(1, bytes('another'))).to.equal(true);
    expect(proposals.consecutiveLosses).to.equal(2);
    expect(proposals.onDecided(2, bytes('batch 2'))).to.equal(false);
    expect(proposals.consecutiveLosses).to.equal(0);
  });

  it('tells its own batches in flight from those of others', () => {
    const proposals = new Proposals();
    proposals.begin(0, { origin: { node: 2, runId: 1, number: 1 }, value: bytes('forwarded') });
    proposals.begin(1, ownBatch(1));
    expect([proposals.inFlightCount, proposals.ownInFlightCount]).to.deep.equal([2, 1]);
    proposals.onDecided(1, bytes('batch 1'));
    expect([proposals.inFlightCount, proposals.ownInFlightCount]).to.deep.equal([1, 0]);
  });

  it('drops all batches, in flight and displaced, when the state is replaced', () => {
    const proposals = new Proposals();
    expect(proposals.highestSeq).to.equal(-1);
    const [first, second] = [ownBatch(1), ownBatch(2)];
    proposals.begin(3, first);
    proposals.begin(4, second);
    proposals.onDecided(3, bytes('other'));
    proposals.abandon();
    expect([first, second].map((batch) => proposals.has(batch))).to.deep.equal([false, false]);
    expect([proposals.inFlightCount, proposals.takeDisplaced()]).to.deep.equal([0, undefined]);
    expect(proposals.highestSeq).to.equal(4);
  });

  it('awaits a batch while one of its requests waits', () => {
    const batch = { ...ownBatch(1), requests: [pendingPut(), pendingPut(), pendingPut()] };
    expect(isAwaited(batch)).to.equal(true);
    for (const request of batch.requests) {
      expect(isAwaited(batch)).to.equal(true);
      request.interrupt('over');
    }
    expect(isAwaited(batch)).to.equal(false);
    expect(isAwaited({ ...batch, requests: [] })).to.equal(false);
  });
});
