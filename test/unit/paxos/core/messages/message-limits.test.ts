import { messageLimitsDefault } from '@paxkv/paxos/core';
import { completeMessageLimits } from '@paxkv/paxos/internal/core/messages/message-limits';
import { expect } from 'chai';

describe('Message limits', () => {
  it('are those that receivers accept, unless others are given', () => {
    expect(messageLimitsDefault).to.deep.equal({
      ...{ voteCountMax: 64, outcomeCountMax: 64, learnCountMax: 16 },
    });
    expect(completeMessageLimits()).to.deep.equal(messageLimitsDefault);
    expect(completeMessageLimits({ learnCountMax: 3 })).to.deep.equal({
      ...messageLimitsDefault,
      learnCountMax: 3,
    });
  });

  for (const [name, highest] of Object.entries(messageLimitsDefault)) {
    it(`take ${name} from 1 to ${highest}, and no other number`, () => {
      for (const limit of [1, 2, highest - 1, highest]) {
        expect(completeMessageLimits({ [name]: limit })).to.include({ [name]: limit });
      }
      for (const limit of [-1, 0, 1.5, Number.NaN, highest + 1, Number.POSITIVE_INFINITY]) {
        const complete = () => completeMessageLimits({ [name]: limit });
        expect(complete, `${limit}`).to.throw(TypeError, `${name} must be an integer from 1`);
      }
    });
  }
});
