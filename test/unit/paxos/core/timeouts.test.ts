import { earliest, RetryDelays } from '@paxkv/paxos/internal/core/timeouts';
import { expect } from 'chai';

describe('RetryDelays', () => {
  let shortest: RetryDelays;
  let longest: RetryDelays;

  beforeEach(() => {
    shortest = new RetryDelays({ next: () => 0 });
    longest = new RetryDelays({ next: () => 1 - Number.EPSILON });
  });

  it('spreads retries over a time that doubles, which ends a duel of proposers', () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(shortest.beforeRetry(attempt)).to.equal(0);
      expect(longest.beforeRetry(attempt)).to.be.closeTo(10 * 2 ** attempt, 0.001);
    }
  });

  it('waits longer for an answer than after a rejection, and always at least some time', () => {
    expect(shortest.beforeResend(0)).to.equal(75);
    expect(longest.beforeResend(0)).to.be.closeTo(125, 0.001);
  });

  it('has a longest wait, however many attempts there were', () => {
    for (const attempt of [10, 1000, 1e9]) {
      expect(longest.beforeRetry(attempt)).to.be.closeTo(500, 0.001);
      expect(longest.beforeResend(attempt)).to.be.closeTo(1000, 0.001);
    }
  });

  it('waits longer where answers take long, and soon less where they do not', () => {
    shortest.onAnswer(200);
    expect(shortest.beforeResend(0)).to.equal(450);
    for (let count = 0; count < 30; count += 1) shortest.onAnswer(1);
    expect(shortest.beforeResend(0)).to.equal(75);
  });

  it('waits twice as long after each repetition, until an answer shows how long they take', () => {
    shortest.onResent();
    shortest.onResent();
    expect(shortest.beforeResend(0)).to.equal(300);
    shortest.onAnswer(5);
    expect(shortest.beforeResend(0)).to.equal(75);
    expect(shortest.beforeResend(30)).to.equal(600);
  });
});

describe('The earliest of some times', () => {
  it('is the lowest of those that are set, wherever it stands', () => {
    expect(earliest([3, undefined, 1, 2])).to.equal(1);
    expect(earliest([0, 1])).to.equal(0);
    expect(earliest([undefined, 2])).to.equal(2);
  });

  it('is none where none is set', () => {
    expect([earliest([]), earliest([undefined])]).to.deep.equal([undefined, undefined]);
  });
});
