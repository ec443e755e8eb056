import { expect } from 'chai';
import { FileTimes } from './file-times.ts';

describe('FileTimes', () => {
  it('names the slowest files of a long run, with all their parts', () => {
    const times = new FileTimes();
    times.start('a', 0);
    times.start('b', 10_000);
    times.start('b', 20_000);
    times.start('a', 35_000);
    times.end(61_000);
    expect(times.slowest()).to.deep.equal([
      ['a', 36_000],
      ['b', 25_000],
    ]);
  });

  it('names at most twelve', () => {
    const times = new FileTimes();
    for (let file = 0; file < 20; file += 1) times.start(String(file), file * 10_000);
    times.end(200_000);
    expect(times.slowest()).to.have.lengthOf(12);
  });

  it('names none of a short run', () => {
    const times = new FileTimes();
    times.start('a', 0);
    times.end(59_000);
    expect(times.slowest()).to.deep.equal([]);
    expect(new FileTimes().slowest()).to.deep.equal([]);
  });
});
