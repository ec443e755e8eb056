import { AttemptLimit } from '@paxkv/kvserver/internal/api/security/attempt-limit';
import { expect } from 'chai';

describe('AttemptLimit', () => {
  let nowMs = 0;
  const limitOf = (sourceCountMax = 10) =>
    new AttemptLimit({ burst: 2, perSecond: 0.5, sourceCountMax, now: () => nowMs });

  it('admits a burst, then says how long to wait', () => {
    const limit = limitOf();
    expect(limit.waitSeconds('a')).to.equal(0);
    limit.onBegun('a');
    expect(limit.waitSeconds('a')).to.equal(0);
    limit.onBegun('a');
    expect([limit.waitSeconds('a'), limit.waitSeconds('b')]).to.deep.equal([2, 0]);
    nowMs += 1000;
    expect(limit.waitSeconds('a')).to.equal(1);
    nowMs += 1000;
    expect(limit.waitSeconds('a')).to.equal(0);
    nowMs += 100_000;
    limit.onBegun('a');
    expect(limit.waitSeconds('a')).to.equal(0);
    limit.onBegun('a');
    expect(limit.waitSeconds('a')).to.equal(2);
  });

  it('gives an attempt back that was none, and never more than a burst', () => {
    const limit = limitOf();
    limit.onBegun('a');
    limit.onBegun('a');
    limit.giveBack('a');
    expect(limit.waitSeconds('a')).to.equal(0);
    for (let count = 0; count < 5; count += 1) limit.giveBack('a');
    limit.onBegun('a');
    limit.onBegun('a');
    expect(limit.waitSeconds('a')).to.equal(2);
  });

  it('remembers so many sources, and forgets the one that tried longest ago', () => {
    const limit = limitOf(2);
    for (const source of ['a', 'a', 'b', 'b', 'a', 'c', 'c']) limit.onBegun(source);
    expect(['a', 'b', 'c'].map((source) => limit.waitSeconds(source) > 0)).to.deep.equal([
      true,
      false,
      true,
    ]);
  });
});
