import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { codeOf } from 'paxkv/internal/bench/load/load';

describe('the code of a failure', () => {
  it('is the code of the error, of whichever type, or else its name', () => {
    expect(codeOf(new KvError('KV_TIMEOUT', 'late'))).to.equal('KV_TIMEOUT');
    expect(codeOf(Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }))).to.equal('14');
    expect(codeOf(new RangeError('far'))).to.equal('RangeError');
    expect(codeOf('thrown')).to.equal('unknown');
  });
});
