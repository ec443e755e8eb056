import { expectValidPolicy } from '@paxkv/paxos/internal/core/commit/retention-policy';
import { expect } from 'chai';

describe('RetentionPolicy', () => {
  const quorum = { type: 'quorum', instances: 1, bytes: 1, sizeOf: () => 1 } as const;

  it('is valid without numbers, and with budgets from 1', () => {
    expectValidPolicy({ type: 'everyPeer' });
    expectValidPolicy(quorum);
  });

  it('is refused by the name of the number that is wrong', () => {
    for (const name of ['instances', 'bytes']) {
      const refused = () => expectValidPolicy({ ...quorum, [name]: 0 });
      expect(refused).to.throw(TypeError, `${name} to retain`);
    }
  });

  for (const wrong of [
    { instances: 0 },
    { bytes: 0.5 },
    { bytes: 1.5 },
    { instances: Number.POSITIVE_INFINITY },
    { bytes: -1 },
    { instances: Number.NaN },
  ]) {
    it(`is refused with ${JSON.stringify(wrong)}`, () => {
      expect(() => expectValidPolicy({ ...quorum, ...wrong })).to.throw(TypeError, 'to retain');
    });
  }
});
