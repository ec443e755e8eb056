import {
  fromSessionsChecksum,
  SessionSums,
  toSessionsChecksum,
} from '@paxkv/kvserver/internal/storage/state/session-sums';
import { expect } from 'chai';

describe('Checksums of sessions', () => {
  it('add up to one that does not depend on their order or history', () => {
    const [one, other] = [new SessionSums(), new SessionSums()];
    expect(one.replace(1, 5)).to.equal(undefined);
    expect(one.replace(2, 7)).to.equal(undefined);
    expect(one.replace(1, 2 ** 32 - 1)).to.equal(5);
    expect(one.replace(3, 9)).to.equal(undefined);
    expect(one.replace(3, undefined)).to.equal(9);
    other.replace(2, 7);
    other.replace(1, 2 ** 32 - 1);
    expect(one.checksum).to.deep.equal({ count: 2, sum: 6 });
    expect(other.checksum).to.deep.equal(one.checksum);
  });

  it('are written with their position', () => {
    const sums = { applied: 7, checksum: { count: 2, sum: 6 } };
    expect(toSessionsChecksum(fromSessionsChecksum(sums))).to.deep.equal(sums);
    expect(() => toSessionsChecksum([-1, [1, 1]])).to.throw(TypeError);
    expect(() => toSessionsChecksum([1])).to.throw(TypeError);
  });
});
