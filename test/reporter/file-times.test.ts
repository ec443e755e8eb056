import { expect } from 'chai';
import { FileTimes } from './file-times.ts';

describe('FileTimes', () => {
  it('names the slowest files of a long run, with all their parts', () => {
    const times = new FileTimes();
    times.add('a', 10_000);
    times.add('b', 25_000);
    times.add('a', 26_000);
    expect(times.slowest()).to.deep.equal([
      ['a', 36_000],
      ['b', 25_000],
    ]);
  });

  it('names at most twelve', () => {
    const times = new FileTimes();
    for (let file = 0; file < 20; file += 1) times.add(String(file), 10_000);
    expect(times.slowest()).to.have.lengthOf(12);
  });

  it('names none of a short run', () => {
    const times = new FileTimes();
    times.add('a', 59_000);
    expect(times.slowest()).to.deep.equal([]);
    expect(new FileTimes().slowest()).to.deep.equal([]);
  });
});
