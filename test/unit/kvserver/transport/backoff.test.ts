import { Backoff } from '@paxkv/kvserver/internal/transport/backoff';
import { expect } from 'chai';

const range = { retryDelayMsMin: 50, retryDelayMsMax: 2000 };

describe('Backoff', () => {
  it('doubles its longest pauses up to the limit', () => {
    const backoff = new Backoff({ next: () => 1 }, range);
    const pauses = Array.from({ length: 9 }, () => backoff.nextMs());
    expect(pauses).to.deep.equal([50, 100, 200, 400, 800, 1600, 2000, 2000, 2000]);
  });

  it('never pauses for less than half of the longest', () => {
    const backoff = new Backoff({ next: () => 0 }, range);
    expect([backoff.nextMs(), backoff.nextMs(), backoff.nextMs()]).to.deep.equal([25, 50, 100]);
  });

  it('starts over after a reset', () => {
    const backoff = new Backoff({ next: () => 1 }, range);
    for (let count = 0; count < 5; count += 1) backoff.nextMs();
    backoff.reset();
    expect(backoff.nextMs()).to.equal(50);
  });
});
