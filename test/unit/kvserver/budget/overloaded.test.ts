import { overloaded } from '@paxkv/kvserver/internal/budget/overloaded';
import { expect } from 'chai';

describe('overloaded', () => {
  it('makes an error that is not done, names the bound, and says when to try again', () => {
    const error = overloaded('someBound is reached');
    expect(error).to.include({ code: 'KV_OVERLOADED', outcome: 'not done', retryAfterMs: 200 });
    expect(error.message).to.equal('someBound is reached; retry later.');
  });
});
