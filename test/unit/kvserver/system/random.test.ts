import { systemRandom } from '@paxkv/kvserver/internal/system/random';
import { expect } from 'chai';

describe('systemRandom', () => {
  it('returns different numbers from 0 up to, not including, 1', () => {
    const drawn = Array.from({ length: 1000 }, () => systemRandom.next());
    expect(Math.min(...drawn)).to.be.at.least(0);
    expect(Math.max(...drawn)).to.be.below(1);
    expect(new Set(drawn).size).to.be.above(990);
  });
});
