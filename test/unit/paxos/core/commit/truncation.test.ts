import { Retention } from '@paxkv/paxos/internal/core/commit/truncation';
import { expect } from 'chai';

describe('Retention', () => {
  it('forgets nothing while one peer has never been heard of', () => {
    const retention = new Retention(0, 3);
    retention.doneHere(9);
    retention.heard(1, 9, 0);
    expect(retention.min).to.equal(0);
  });

  it('forgets only what every peer is done with', () => {
    const retention = new Retention(0, 3);
    retention.doneHere(9);
    retention.heard(1, 4, 0);
    retention.heard(2, 6, 0);
    expect(retention.min).to.equal(5);
  });

  it('never sinks, neither in done nor in min', () => {
    const retention = new Retention(0, 2);
    retention.doneHere(5);
    retention.heard(1, 5, 0);
    retention.doneHere(2);
    retention.heard(1, -1, 0);
    retention.restore(1);
    expect(retention.done).to.equal(5);
    expect(retention.min).to.equal(6);
  });

  it('adopts the min of another peer, which was true when sent and stays true', () => {
    const retention = new Retention(0, 3);
    retention.heard(1, 7, 7);
    expect(retention.min).to.equal(7);
    expect(retention.done).to.equal(-1);
  });

  it('begins a restart where memory ends', () => {
    const retention = new Retention(0, 3);
    retention.restore(4);
    expect(retention.min).to.equal(4);
    retention.doneHere(0);
    expect(retention.min).to.equal(4);
  });
});
