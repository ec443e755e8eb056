import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { yesOrNo } from 'paxkv/internal/yes-no-option';

describe('yesOrNo', () => {
  for (const text of ['yes', 'YES', 'true', '1']) {
    it(`takes ${text} for yes`, () => expect(yesOrNo(text)).to.equal(true));
  }

  for (const text of ['no', 'No', 'false', '0', '']) {
    it(`takes ${JSON.stringify(text)} for no`, () => expect(yesOrNo(text)).to.equal(false));
  }

  it('refuses anything else', () => {
    expect(() => yesOrNo('perhaps')).to.throw(InvalidArgumentError, 'yes or no');
  });
});
