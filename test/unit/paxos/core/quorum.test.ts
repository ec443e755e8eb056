import { allPeers, otherPeers, QuorumVotes, quorumSize } from '@paxkv/paxos/internal/core/quorum';
import { expect } from 'chai';

const sizes = [1, 2, 3, 4, 5, 6, 7];

describe('Quorum', () => {
  for (const peerCount of sizes) {
    it(`shares a peer with every other quorum of ${peerCount} (Paxos Made Simple §2.1)`, () => {
      expect(2 * quorumSize(peerCount)).to.be.greaterThan(peerCount);
    });

    it(`is the smallest majority of ${peerCount}`, () => {
      expect(2 * (quorumSize(peerCount) - 1)).to.be.at.most(peerCount);
    });
  }
});

describe('The group of peers', () => {
  it('is numbered from 0, and the others of a peer are all but it', () => {
    expect(allPeers(3)).to.deep.equal([0, 1, 2]);
    expect(otherPeers(1, 3)).to.deep.equal([0, 2]);
  });
});

describe('QuorumVotes', () => {
  it('no longer counts an answer that was taken back', () => {
    const votes = new QuorumVotes(3);
    votes.add(0);
    votes.add(1);
    votes.remove(1);
    expect([votes.isQuorum(), votes.has(1)]).to.deep.equal([false, false]);
  });

  it('counts a peer once, however often it answers', () => {
    const votes = new QuorumVotes(3);
    for (let repeat = 0; repeat < 5; repeat += 1) votes.add(2);
    expect(votes.isQuorum()).to.equal(false);
    votes.add(0);
    expect(votes.isQuorum()).to.equal(true);
  });

  it('knows which peers have answered', () => {
    const votes = new QuorumVotes(3);
    votes.add(1);
    expect([0, 1, 2].map((peer) => votes.has(peer))).to.deep.equal([false, true, false]);
  });

  it('takes more than half of an even group', () => {
    const votes = new QuorumVotes(4);
    votes.add(0);
    votes.add(1);
    expect(votes.isQuorum()).to.equal(false);
    votes.add(2);
    expect(votes.isQuorum()).to.equal(true);
  });
});
