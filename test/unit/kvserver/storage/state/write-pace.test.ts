import { WritePace } from '@paxkv/kvserver/internal/storage/state/write-pace';
import { expect } from 'chai';

describe('the pace of a write', () => {
  /** After which of these rows it pauses. */
  function pausesAfter(valueBytes: readonly number[]): number[] {
    const pace = new WritePace(async () => {});
    return valueBytes.flatMap((bytes, index) => (pace.onRow(bytes) === undefined ? [] : [index]));
  }

  it('pauses after 128 small rows', () => {
    expect(pausesAfter(Array.from({ length: 300 }, () => 1))).to.deep.equal([127, 255]);
  });

  it('pauses after 256 KiB of values', () => {
    const large = 128 * 1024;
    const sizes = [large, large, large, large - 1, 1, 2 * large, large];
    expect(pausesAfter(sizes)).to.deep.equal([1, 4, 5]);
  });

  it('never pauses a write without pauses', () => {
    expect(new WritePace(undefined).onRow(2 ** 30)).to.equal(undefined);
  });
});
