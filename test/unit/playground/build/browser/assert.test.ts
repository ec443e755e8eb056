import { strict } from '@paxkv/playground/internal/build/browser/assert';
import { expect } from 'chai';

describe('assert in a browser', () => {
  it('throws unless the condition holds, or both values are the same', () => {
    const check: typeof strict = strict;
    check(true);
    check.equal(1, 1);
    expect(() => check(0, 'no')).to.throw('no');
    expect(() => check.equal(1, 2, 'not one')).to.throw('not one');
  });
});
