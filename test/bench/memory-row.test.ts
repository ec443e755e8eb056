import { growthOf } from '@paxkv/bench/internal/compare/rows/memory-row';
import { expect } from 'chai';

const mebibyte = 1024 ** 2;

describe('the growth of memory', () => {
  it('is that of each node, without the warm-up', () => {
    const readings = [0, 1, 2, 3, 4].map((minutes) => ({
      minutes,
      residentBytes: [
        (100 + 3 * minutes) * mebibyte,
        // Grows in the first two minutes, then stays constant.
        Math.min(200, 100 + 50 * minutes) * mebibyte,
      ],
    }));
    const [growing = 0, full = 0] = growthOf(readings, 2);
    expect(growing).to.be.closeTo(3, 1e-9);
    expect(full).to.be.closeTo(0, 1e-9);
  });
});
