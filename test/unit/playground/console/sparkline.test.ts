import {
  sparklineHeight,
  sparklinePath,
  sparklineWidth,
} from '@paxkv/playground/internal/console/sparkline';
import { expect } from 'chai';

describe('a sparkline', () => {
  it('ends at the right edge, and has room to the left for what is not measured yet', () => {
    expect(sparklinePath([0, 5, 10], 5, 1)).to.equal('M60.0 26.0L90.0 14.0L120.0 2.0');
    expect(sparklinePath([7], 5, 1)).to.match(new RegExp(`^M${sparklineWidth}\\.0 2\\.0$`));
  });

  it('is interrupted where a value is absent', () => {
    expect(sparklinePath([1, undefined, 1, 1], 4, 1)).to.match(/^M\S+ \S+M\S+ \S+L\S+ \S+$/);
    expect(sparklinePath([], 4, 1)).to.equal('');
  });

  it('stays low if its values are small on its scale', () => {
    const [, y] = sparklinePath([1], 4, 10).split(' ').map(Number);
    expect(y).to.be.above(sparklineHeight / 2);
  });
});
