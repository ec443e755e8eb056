import { expect } from 'chai';
import { EntryProgress } from 'paxkv/internal/transfer/entry-progress';

describe('EntryProgress', () => {
  it('notes how many there are, less and less often, and at least once a minute', () => {
    let now = 0;
    const notes: [number, string][] = [];
    const progress = new EntryProgress(
      (line) => notes.push([now, line]),
      () => now,
    );
    for (; now < 200_000; now += 1_000) progress.add(10);
    expect(notes.slice(0, 3)).to.deep.equal([
      [2_000, '30 entries so far'],
      [6_000, '70 entries so far'],
      [14_000, '150 entries so far'],
    ]);
    const times = notes.map(([time]) => time);
    expect(times.slice(-2)).to.deep.equal([122_000, 182_000]);
    expect(progress.count).to.equal(2_000);
  });
});
