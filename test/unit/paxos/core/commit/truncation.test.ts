import { Truncation } from '@paxkv/paxos/internal/core/commit/truncation';
import { expect } from 'chai';

/** What an envelope tells of a host that is done up to `done`, by a peer that knows nothing of the others. */
function doneUpTo(done: number) {
  return { done, floor: 0, everyPeerMin: 0 };
}

describe('Truncation', () => {
  it('forgets nothing while one peer has never been heard', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(9);
    truncation.observe(1, doneUpTo(9));
    expect(truncation.floor).to.equal(0);
    expect(truncation.min).to.equal(0);
  });

  it('forgets only what every peer is done with', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(9);
    truncation.observe(1, doneUpTo(4));
    truncation.observe(2, doneUpTo(6));
    expect(truncation.floor).to.equal(5);
    expect(truncation.min).to.equal(5);
    expect(truncation.everyPeerMin).to.equal(5);
  });

  it('knows how far each peer is done', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(9);
    truncation.observe(2, { done: 6, floor: 0, everyPeerMin: 0 });
    expect(truncation.doneByPeer).to.deep.equal([9, -1, 6]);
  });

  it('never sinks, neither in done nor in min', () => {
    const truncation = new Truncation(0, 2);
    truncation.setOwnDone(5);
    truncation.observe(1, doneUpTo(5));
    truncation.setOwnDone(2);
    truncation.observe(1, doneUpTo(-1));
    truncation.restore(1);
    expect(truncation.done).to.equal(5);
    expect(truncation.min).to.equal(6);
    expect(truncation.floor).to.equal(6);
  });

  it('adopts the floor of another peer, and forgets no more than its own host is done with', () => {
    const truncation = new Truncation(0, 3);
    truncation.setOwnDone(3);
    truncation.observe(1, { done: 9, floor: 7, everyPeerMin: 2 });
    expect(truncation.floor).to.equal(7);
    expect(truncation.min).to.equal(4);
    expect(truncation.everyPeerMin).to.equal(2);
    truncation.setOwnDone(8);
    expect(truncation.min).to.equal(7);
  });

  it('starts after a restart where memory ends, whatever its host is done with then', () => {
    const truncation = new Truncation(0, 3);
    truncation.restore(4);
    expect([truncation.floor, truncation.min]).to.deep.equal([4, 4]);
    truncation.setOwnDone(0);
    expect(truncation.min).to.equal(4);
  });

  describe('with a budget', () => {
    /** The budget begins here. */
    let budgetStart: number;
    let truncation: Truncation;

    beforeEach(() => {
      budgetStart = 0;
      truncation = new Truncation(0, 3, (from, limit) =>
        Math.max(from, Math.min(limit, budgetStart)),
      );
      truncation.setOwnDone(9);
    });

    it('keeps what is within the budget while one peer is away', () => {
      truncation.observe(1, doneUpTo(9));
      expect(truncation.floor).to.equal(0);
      budgetStart = 4;
      truncation.observe(1, doneUpTo(9));
      expect([truncation.floor, truncation.min]).to.deep.equal([4, 4]);
      expect(truncation.everyPeerMin).to.equal(0);
    });

    it('keeps what no quorum is done with, whatever the budget', () => {
      budgetStart = 100;
      truncation.observe(1, doneUpTo(6));
      expect(truncation.floor).to.equal(7);
    });

    it('keeps what its host is not done with where it is alone', () => {
      const alone = new Truncation(0, 1, (_, limit) => limit);
      alone.setOwnDone(4);
      expect([alone.floor, alone.min]).to.deep.equal([5, 5]);
    });

    it('forgets within the budget what every peer is done with', () => {
      truncation.observe(1, doneUpTo(9));
      truncation.observe(2, doneUpTo(5));
      expect([truncation.floor, truncation.everyPeerMin]).to.deep.equal([6, 6]);
    });

    it('no longer counts a peer that lost its journal or its state, until it is done anew', () => {
      truncation.observe(1, doneUpTo(9));
      truncation.forgetDoneOf(1);
      budgetStart = 8;
      truncation.observe(2, doneUpTo(-1));
      expect(truncation.floor).to.equal(0);
      truncation.observe(1, doneUpTo(5));
      expect(truncation.floor).to.equal(6);
    });

    it('goes on counting its own host, whose state it knows', () => {
      truncation.forgetDoneOf(0);
      expect(truncation.done).to.equal(9);
    });

    it('keeps its floor when a quorum shrinks', () => {
      budgetStart = 8;
      truncation.observe(1, doneUpTo(9));
      truncation.forgetDoneOf(1);
      truncation.observe(2, doneUpTo(1));
      expect(truncation.floor).to.equal(8);
    });
  });
});
