import type { Ballot, LogPromised } from '@paxkv/paxos/core';
import { LogPromises } from '@paxkv/paxos/internal/core/leader/log-promises';
import { expect } from 'chai';
import { ballot } from '../steps.ts';

const own = ballot(9, 1);

function promise(
  firstSeq: number,
  votes: readonly (readonly [seq: number, at: Ballot, value: string])[] = [],
  at = own,
): LogPromised<string> {
  return {
    ...{ type: 'logPromised', ballot: at, firstSeq },
    votes: votes.map(([seq, voted, value]) => ({ seq, vote: { ballot: voted, value } })),
  };
}

describe('LogPromises', () => {
  for (const [peerCount, quorum] of [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ] as const) {
    it(`of ${peerCount} peers are enough with ${quorum}, each counted once`, () => {
      const promises = new LogPromises<string>(own, peerCount);
      for (let from = 0; from < quorum; from += 1) {
        expect(promises.isQuorum()).to.equal(false);
        promises.add(from, promise(0));
        promises.add(from, promise(0));
      }
      expect(promises.isQuorum()).to.equal(true);
      promises.discardAnswersOf(0);
      expect(promises.isQuorum()).to.equal(false);
    });
  }

  it('count only for their own ballot, also among ballots of the same round', () => {
    const promises = new LogPromises<string>(own, 3);
    const vote = [3, ballot(1, 0), 'v'] as const;
    for (const other of [ballot(9, 0), ballot(9, 2), ballot(8, 1), ballot(10, 1)]) {
      promises.add(0, promise(7, [vote], other));
      promises.add(2, promise(7, [vote], other));
    }
    expect(promises.isQuorum()).to.equal(false);
    expect(promises.covers(0), 'their first instance does not count').to.equal(true);
    expect(promises.vote(3)).to.equal(undefined);
  });

  it('bind to the highest vote, whatever the order, also among votes of one round', () => {
    const votes = [
      [0, ballot(4, 0), 'low'],
      [1, ballot(4, 2), 'high'],
      [2, ballot(4, 1), 'middle'],
    ] as const;
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const promises = new LogPromises<string>(own, 3);
      for (const index of order) {
        const [from = -1, at = own, value = ''] = votes[index] ?? [];
        promises.add(from, promise(0, [[5, at, value]]));
      }
      expect(promises.vote(5)?.value, `${order}`).to.equal('high');
      expect(promises.reportedVotes()).to.deep.equal([{ seq: 5, value: 'high' }]);
    }
  });

  it('cover what every one of them covers, from that instance on', () => {
    const promises = new LogPromises<string>(own, 3);
    expect(promises.covers(0)).to.equal(true);
    promises.add(
      0,
      promise(4, [
        [4, ballot(1, 0), 'a'],
        [6, ballot(1, 0), 'b'],
      ]),
    );
    promises.add(1, promise(6));
    promises.add(2, promise(5));
    expect([5, 6, 7].map((seq) => promises.covers(seq))).to.deep.equal([false, true, true]);
    // Phase 1 asks again there.
    expect(promises.vote(4)).to.equal(undefined);
    expect(promises.vote(6)?.value).to.equal('b');
  });

  it('keep no vote below what was forgotten, none, one or many', () => {
    const promises = new LogPromises<string>(own, 3);
    const votes = Array.from({ length: 64 }, (_, seq) => [seq, ballot(1, 0), `${seq}`] as const);
    promises.add(0, promise(0, votes));
    promises.forgetBelow(0);
    expect(promises.reportedVotes()).to.have.length(64);
    promises.forgetBelow(1);
    expect(promises.reportedVotes()).to.have.length(63);
    expect(promises.vote(1)?.value).to.equal('1');
    promises.forgetBelow(64);
    expect(promises.reportedVotes()).to.deep.equal([]);
  });
});
