import { compareBallots, isLower, isSameBallot, roundMax } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { ballot } from './steps.ts';

describe('Ballot', () => {
  it('is ordered by round first and by peer among equal rounds (Paxos Made Simple §2.2)', () => {
    const ordered = [ballot(1, 0), ballot(1, 2), ballot(2, 0), ballot(2, 1), ballot(10, 0)];
    ordered.forEach((a, i) => {
      ordered.forEach((b, j) => {
        expect(Math.sign(compareBallots(a, b)), `${i} against ${j}`).to.equal(Math.sign(i - j));
        expect(isLower(a, b), `${i} below ${j}`).to.equal(i < j);
        expect(isSameBallot(a, b), `${i} is ${j}`).to.equal(i === j);
      });
    });
  });

  it('is never shared by two peers, even in the same round', () => {
    expect(isSameBallot(ballot(7, 0), ballot(7, 1))).to.equal(false);
    expect(compareBallots(ballot(7, 0), ballot(7, 1))).to.not.equal(0);
  });

  it('is above no ballot at all', () => {
    expect(isLower(undefined, ballot(1, 0))).to.equal(true);
  });

  it('has rounds up to 2 ** 48, which every version of a peer accepts', () => {
    expect(roundMax).to.equal(2 ** 48);
  });

  it('is compared exactly up to the highest round', () => {
    expect(Number.isSafeInteger(roundMax + 1)).to.equal(true);
    expect(isLower(ballot(roundMax - 1, 2), ballot(roundMax, 0))).to.equal(true);
    expect(isSameBallot(ballot(roundMax - 1, 0), ballot(roundMax, 0))).to.equal(false);
  });
});
