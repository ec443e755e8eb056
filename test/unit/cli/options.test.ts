import { expect } from 'chai';
import { splitList } from 'paxkv/internal/options';

describe('splitList', () => {
  it('splits at commas, and ignores spaces and a surplus comma', () => {
    expect(splitList(' a:1, b:2,')).to.deep.equal(['a:1', 'b:2']);
  });
});
