import { expect } from 'chai';
import { mebibytesPerMinute } from './growth.ts';

const mebibyte = 1024 * 1024;

describe('the growth of a series', () => {
  it('is its slope, whatever it starts at', () => {
    const points = [0, 1, 2, 3].map((minute) => ({
      atMs: minute * 60_000,
      bytes: (100 + 7.5 * minute) * mebibyte,
    }));
    expect(mebibytesPerMinute(points)).to.be.closeTo(7.5, 1e-9);
  });

  it('is that of the best line through points that scatter', () => {
    const points = [0, 1, 2, 3].map((minute) => ({
      atMs: minute * 60_000,
      bytes: (minute % 2 === 0 ? 50 : 60) * mebibyte,
    }));
    expect(mebibytesPerMinute(points)).to.be.closeTo(2, 1e-9);
  });

  it('is 0 for fewer than two points in time', () => {
    expect(mebibytesPerMinute([])).to.equal(0);
    expect(mebibytesPerMinute([{ atMs: 5, bytes: 9 }])).to.equal(0);
  });
});
