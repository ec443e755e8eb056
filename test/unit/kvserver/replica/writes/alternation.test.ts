import { Alternation } from '@paxkv/kvserver/internal/replica/writes/alternation';
import { expect } from 'chai';

describe('Alternation', () => {
  function taken(first: string[], second: string[]): string {
    const turns = new Alternation();
    const all: string[] = [];
    const next = () =>
      turns.take(
        () => first.shift(),
        () => second.shift(),
      );
    for (let item = next(); item !== undefined; item = next()) all.push(item);
    return all.join(' ');
  }

  it('takes from two sources in turn, and all of the other once one is empty', () => {
    expect(taken(['a', 'b', 'c'], ['1', '2', '3'])).to.equal('a 1 b 2 c 3');
    expect(taken(['a', 'b', 'c'], ['1'])).to.equal('a 1 b c');
    expect(taken(['a'], ['1', '2', '3'])).to.equal('a 1 2 3');
    expect(taken([], ['1', '2'])).to.equal('1 2');
  });
});
