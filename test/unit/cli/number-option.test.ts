import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { wholeNumber } from 'paxkv/internal/number-option';

describe('wholeNumber', () => {
  const parse = wholeNumber(1, 9);

  it('takes both ends of its range', () => {
    expect([parse('1'), parse('9')]).to.deep.equal([1, 9]);
  });

  for (const text of ['', ' ', '0', '10', '-1', '1.5', '1e0', '0x1', 'one', 'Infinity']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError, 'whole number from 1 to 9');
    });
  }
});
