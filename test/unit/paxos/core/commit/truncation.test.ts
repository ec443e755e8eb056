import { Truncation } from '@paxkv/paxos/internal/core/commit/truncation';
import { expect } from 'chai';

describe('Truncation', () => {
  it('forgets nothing while one peer has never been heard', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(9);
    truncation.observe(1, 9, 0);
    expect(truncation.min).to.equal(0);
  });

  it('forgets only what every peer is done with', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(9);
    truncation.observe(1, 4, 0);
    truncation.observe(2, 6, 0);
    expect(truncation.min).to.equal(5);
  });

  it('knows how far each peer is done', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(9);
    truncation.observe(2, 6, 0);
    expect(truncation.doneByPeer).to.deep.equal([9, -1, 6]);
  });

  it('never sinks, neither in done nor in min', () => {
    const truncation = new Truncation(0, 2);
    truncation.setOwnDone(5);
    truncation.observe(1, 5, 0);
    truncation.setOwnDone(2);
    truncation.observe(1, -1, 0);
    truncation.restore(1);
    expect(truncation.done).to.equal(5);
    expect(truncation.min).to.equal(6);
  });

  it('adopts the min of another peer, which was true when sent and stays true', () => {
    const truncation = new Truncation(0, 3);
    truncation.observe(1, 7, 7);
    expect(truncation.min).to.equal(7);
    expect(truncation.done).to.equal(-1);
  });

  it('starts after a restart where memory ends', () => {
    const truncation = new Truncation(0, 3);
    truncation.restore(4);
    expect(truncation.min).to.equal(4);
    truncation.setOwnDone(0);
    expect(truncation.min).to.equal(4);
  });
});
