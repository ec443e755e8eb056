import { Backoff } from '@paxkv/client/internal/retry/backoff';
import { expect } from 'chai';

const limits = { retryDelayMsMin: 25, retryDelayMsMax: 1000 };

function delays(draw: number, count: number): number[] {
  const backoff = new Backoff(limits, { next: () => draw });
  return Array.from({ length: count }, () => backoff.next());
}

describe('Backoff', () => {
  it('stays at the minimum if every draw is the lowest', () => {
    expect(delays(0, 3)).to.deep.equal([25, 25, 25]);
  });

  it('grows to three times the last delay at most', () => {
    const [first = 0, second = 0] = delays(1 - 1e-9, 2);
    expect(first).to.be.closeTo(75, 0.001);
    expect(second).to.be.closeTo(225, 0.001);
  });

  it('does not exceed its maximum', () => {
    expect(delays(1 - 1e-9, 10).at(-1)).to.equal(1000);
  });

  it('draws between the bounds', () => {
    expect(delays(0.5, 2)).to.deep.equal([50, 87.5]);
  });
});
