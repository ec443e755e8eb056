import { ServerProposals } from '@paxkv/kvserver/internal/replica/writes/server-proposals';
import { encodeLeaseExpiry, encodeLevelRaise } from '@paxkv/kvserver/internal/state-machine/batch';
import { expect } from 'chai';

const origin = { node: 1, runId: 2, number: 0 };
const expiring = [{ id: 'q1Yk0nC8Rk2oZ4y9bXv3Tw', renewals: 3 }];

function proposals(has: () => boolean = () => false, onAsked = () => {}): ServerProposals {
  return new ServerProposals({ origin, proposals: { has }, onAsked });
}

describe('A value that a replica proposes by itself', () => {
  it('is taken once, by a replica that leads', () => {
    const own = proposals();
    expect(own.takeRaise(true)).to.equal(undefined);
    const incarnation = new Uint8Array(16).fill(4);
    own.raiseLevel(2, incarnation);
    expect(own.takeRaise(true)).to.deep.equal({ origin, value: encodeLevelRaise(2, incarnation) });
    expect(own.takeRaise(true)).to.equal(undefined);
  });

  it('raises the level or ends leases, of which each may be under way', () => {
    let askedCount = 0;
    const own = proposals(
      () => false,
      () => {
        askedCount += 1;
      },
    );
    own.expireLeases(expiring);
    expect(own.takeRaise(true)).to.equal(undefined);
    own.raiseLevel(2);
    expect(own.takeExpiry(true)?.value).to.deep.equal(encodeLeaseExpiry(expiring));
    expect(own.takeRaise(true)?.value).to.deep.equal(encodeLevelRaise(2));
    expect(askedCount).to.equal(2);
  });

  it('is lost by a replica that does not lead, and can be asked for again', () => {
    const own = proposals();
    own.expireLeases(expiring);
    expect(own.takeExpiry(false)).to.equal(undefined);
    expect(own.takeExpiry(true)).to.equal(undefined);
    own.expireLeases(expiring);
    expect(own.takeExpiry(true)).to.include({ origin });
  });

  it('is not asked for again while it is under way', () => {
    let isUnderWay = true;
    const own = proposals(() => isUnderWay);
    own.raiseLevel(2);
    own.takeRaise(true);
    own.raiseLevel(3);
    expect(own.takeRaise(true)).to.equal(undefined);
    isUnderWay = false;
    own.raiseLevel(3);
    expect(own.takeRaise(true)?.value).to.deep.equal(encodeLevelRaise(3));
  });
});
