import {
  OpeningLimit,
  openingBurst,
  openingsPerSecond,
} from '@paxkv/kvserver/internal/service/opening-limit';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

/** How many of `wanted` sessions the owner may open now. */
function openedBy(limit: OpeningLimit, owner: string, wanted: number): number {
  let opened = 0;
  for (let count = 0; count < wanted; count += 1) {
    try {
      limit.take(owner);
      opened += 1;
    } catch (error) {
      expect(error).to.be.instanceOf(KvError);
      expect(error).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
    }
  }
  return opened;
}

describe('The limit on opening sessions', () => {
  it('lets an owner open a burst, then so many a second, and no other owner pays for it', () => {
    let nowMs = 5_000;
    const limit = new OpeningLimit(() => nowMs);
    expect(openedBy(limit, 'a', 3_000)).to.equal(openingBurst);
    expect(openedBy(limit, 'b', 10)).to.equal(10);
    nowMs += 2_000;
    expect(openedBy(limit, 'a', 3_000)).to.equal(2 * openingsPerSecond);
    nowMs -= 10_000;
    expect(openedBy(limit, 'a', 10)).to.equal(0);
    nowMs += 3_600_000;
    expect(openedBy(limit, 'a', 3_000)).to.equal(openingBurst);
  });

  it('remembers only so many owners', () => {
    const limit = new OpeningLimit(() => 0);
    expect(openedBy(limit, 'first', 3_000)).to.equal(openingBurst);
    for (let count = 0; count < 9_999; count += 1) limit.take(`${count}`);
    expect(openedBy(limit, 'first', 1)).to.equal(0);
    limit.take('one more');
    expect(openedBy(limit, 'first', 1)).to.equal(1);
  });
});
