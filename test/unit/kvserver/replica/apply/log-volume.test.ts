import { LogVolume } from '@paxkv/kvserver/internal/replica/apply/log-volume';
import { expect } from 'chai';

describe('LogVolume', () => {
  const volumeOf = (count: number, bytesEach: number, start = -1) => {
    const volume = new LogVolume(start);
    for (let seq = start + 1; seq <= start + count; seq += 1) volume.add(seq, bytesEach);
    return volume;
  };

  it('knows the bytes above each instance while all have the same size', () => {
    const volume = volumeOf(1000, 10);
    for (const seq of [-1, 0, 1, 63, 64, 500, 998, 999]) {
      expect(volume.above(seq), `above ${seq}`).to.equal(10 * (999 - seq));
    }
  });

  it('has nothing above the last instance', () => {
    expect(volumeOf(10, 10).above(9)).to.equal(0);
    expect(volumeOf(10, 10).above(50)).to.equal(0);
    expect(volumeOf(64, 10).above(63)).to.equal(0);
  });

  it('counts only what was added', () => {
    expect(volumeOf(10, 10, 100).above(-1)).to.equal(100);
  });

  it('takes runs of any length', () => {
    const volume = new LogVolume(-1);
    volume.add(999, 5000);
    volume.add(1000, 70);
    expect(volume.above(999)).to.equal(70);
    expect(volume.above(-1)).to.equal(5070);
  });

  it('is off by no more than the instances between two positions', () => {
    const volume = new LogVolume(-1);
    let sum = 0;
    const sums: number[] = [];
    for (let seq = 0; seq < 10_000; seq += 1) {
      const bytes = (seq * 7919) % 1000;
      sum += bytes;
      sums.push(sum);
      volume.add(seq, bytes);
    }
    for (let seq = 0; seq < 10_000; seq += 37) {
      expect(Math.abs(volume.above(seq) - (sum - (sums[seq] ?? 0)))).to.be.below(2 ** 16);
    }
  });

  it('forgets the oldest positions, and still never counts too much', () => {
    const count = 64 * 17_000;
    const volume = volumeOf(count, 1);
    expect(volume.above(count - 1001)).to.equal(1000);
    expect(volume.above(0)).to.be.within(64 * 8000, count);
  });

  it('keeps a position at every 64th instance, and supposes values of one size between two', () => {
    const volume = new LogVolume(-1);
    volume.add(0, 1000);
    for (let seq = 1; seq <= 64; seq += 1) volume.add(seq, 0);
    expect(volume.above(31)).to.equal(500);
    expect([volume.above(62), volume.above(63)]).to.deep.equal([16, 0]);
  });

  it('keeps a position once 64 KiB have come', () => {
    const volume = new LogVolume(-1);
    volume.add(0, 64 * 1024 - 1);
    volume.add(1, 1);
    volume.add(2, 100);
    expect([volume.above(0), volume.above(1)]).to.deep.equal([32 * 1024 + 100, 100]);
  });

  it('keeps at least the last 8192 positions', () => {
    const count = 64 * 16_383;
    const volume = volumeOf(count, 1);
    expect(volume.above(-1)).to.equal(count);
    for (let seq = count; seq < count + 64; seq += 1) volume.add(seq, 1);
    expect(volume.above(-1)).to.equal(64 * 8192);
    expect(volume.above(count + 63 - 64 * 8190)).to.equal(64 * 8190);
  });
});
