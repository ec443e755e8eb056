import { LineLimit } from '@paxkv/kvserver/internal/health/line-limit';
import { expect } from 'chai';

describe('LineLimit', () => {
  it('lets a number of lines of a kind through in each interval, and counts the others', () => {
    const limit = new LineLimit({ countMax: 2, intervalMs: 100 });
    expect([0, 1, 2, 3].map((ms) => limit.take('a', ms))).to.deep.equal([
      0,
      0,
      undefined,
      undefined,
    ]);
    expect(limit.take('a', 100)).to.equal(2);
    expect(limit.take('a', 101)).to.equal(0);
    expect(limit.take('a', 102)).to.equal(undefined);
  });

  it('counts each kind alone', () => {
    const limit = new LineLimit({ countMax: 1, intervalMs: 100 });
    expect(limit.take('a', 0)).to.equal(0);
    expect(limit.take('b', 0)).to.equal(0);
  });
});
