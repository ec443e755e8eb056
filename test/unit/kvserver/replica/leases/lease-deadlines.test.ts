import { LeaseDeadlines } from '@paxkv/kvserver/internal/replica/leases/lease-deadlines';
import { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { expect } from 'chai';

function lease(id: string, ttlMs = 1000, keyCount = 1): Lease {
  const made = new Lease({ id, owner: 'here', ttlMs, isOfOneKey: false });
  for (let count = 0; count < keyCount; count += 1) made.attach(`${id} ${count}`);
  return made;
}

const idsDue = (deadlines: LeaseDeadlines, nowMs: number) =>
  deadlines.due(nowMs).map(({ id }) => id);

describe('The deadlines of leases', () => {
  it('pass a whole time to live after the lease was granted, and soon after that', () => {
    const deadlines = new LeaseDeadlines(50);
    deadlines.begin(lease('a'), 77);
    expect(deadlines.hasDue(1076)).to.equal(false);
    expect(deadlines.hasDue(1177)).to.equal(true);
    expect(idsDue(deadlines, 1177)).to.deep.equal(['a']);
  });

  it('move with each renewal, and name the renewals that were counted', () => {
    const deadlines = new LeaseDeadlines(0);
    const one = lease('a');
    deadlines.begin(one, 0);
    for (let nowMs = 300; nowMs <= 3000; nowMs += 300) {
      one.renew();
      deadlines.begin(one, nowMs);
    }
    expect(deadlines.hasDue(3999)).to.equal(false);
    expect(deadlines.due(4200)).to.deep.equal([{ id: 'a', renewals: 10 }]);
  });

  it('are over for a lease that was renewed when it was due, until the next one passes', () => {
    const deadlines = new LeaseDeadlines(0);
    const one = lease('a');
    deadlines.begin(one, 0);
    expect(deadlines.hasDue(1200)).to.equal(true);
    one.renew();
    deadlines.begin(one, 1200);
    expect(deadlines.hasDue(2199)).to.equal(false);
    expect(idsDue(deadlines, 2400)).to.deep.equal(['a']);
  });

  it('stay due until the lease has ended', () => {
    const deadlines = new LeaseDeadlines(0);
    deadlines.begin(lease('a'), 0);
    expect(idsDue(deadlines, 1200)).to.deep.equal(['a']);
    expect(idsDue(deadlines, 1300)).to.deep.equal(['a']);
    deadlines.forget('a');
    expect(deadlines.hasDue(9999)).to.equal(false);
    expect(deadlines.count).to.equal(0);
  });

  it('are found one after the other, however far apart they are', () => {
    const deadlines = new LeaseDeadlines(0);
    deadlines.begin(lease('day', 86_400_000), 0);
    deadlines.begin(lease('second'), 0);
    deadlines.begin(lease('minute', 60_000), 0);
    expect(idsDue(deadlines, 1200)).to.deep.equal(['second']);
    deadlines.forget('second');
    expect(idsDue(deadlines, 60_200)).to.deep.equal(['minute']);
    deadlines.forget('minute');
    expect(deadlines.hasDue(86_399_999)).to.equal(false);
    expect(idsDue(deadlines, 86_400_200)).to.deep.equal(['day']);
  });

  it('name no more leases at once than have 64 keys together, but one at least', () => {
    const deadlines = new LeaseDeadlines(0);
    for (const id of ['a', 'b', 'c']) deadlines.begin(lease(id, 1000, 30), 0);
    expect(idsDue(deadlines, 1200)).to.deep.equal(['a', 'b']);
    const full = new LeaseDeadlines(0);
    full.begin(lease('full', 1000, 64), 0);
    full.begin(lease('empty', 1000, 0), 0);
    expect(idsDue(full, 1200)).to.deep.equal(['full']);
    full.forget('full');
    expect(idsDue(full, 1200)).to.deep.equal(['empty']);
  });
});
