import { LeaseDeadlines } from '@paxkv/kvserver/internal/replica/leases/lease-deadlines';
import { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { expect } from 'chai';
import { bytesKeptByEach, leakBytesMin } from '../../../kept-memory.ts';

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

  it('are looked at once their slice of 100 ms is over', () => {
    for (const [nowMs, ttlMs, lookMs] of [
      [0, 1000, 1100],
      [99, 1000, 1100],
      [100, 1000, 1200],
      [77, 1023, 1200],
    ] as const) {
      const deadlines = new LeaseDeadlines(0);
      deadlines.begin(lease('a', ttlMs), nowMs);
      expect(deadlines.hasDue(lookMs - 1), `${nowMs} + ${ttlMs}`).to.equal(false);
      expect(deadlines.hasDue(lookMs), `${nowMs} + ${ttlMs}`).to.equal(true);
    }
  });

  it('pass for all leases of one slice, and for none that has ended before', () => {
    const deadlines = new LeaseDeadlines(0);
    for (const id of ['a', 'b', 'c', 'd']) deadlines.begin(lease(id), 10);
    expect(deadlines.count).to.equal(4);
    deadlines.forget('b');
    expect(deadlines.count).to.equal(3);
    expect(idsDue(deadlines, 1200)).to.deep.equal(['a', 'c', 'd']);
    deadlines.forget('a');
    expect(idsDue(deadlines, 1200)).to.deep.equal(['c', 'd']);
  });

  it('pass also where the clock has jumped back', () => {
    const deadlines = new LeaseDeadlines(0);
    expect(deadlines.hasDue(5000)).to.equal(false);
    deadlines.begin(lease('a'), 1000);
    expect(deadlines.hasDue(4999)).to.equal(false);
    expect(deadlines.hasDue(5100)).to.equal(true);
  });

  it('name two leases with 64 keys together, and 64 without any', () => {
    for (const [keyCounts, expected] of [
      [[32, 32], 2],
      [[32, 33], 1],
      [new Array(70).fill(0), 64],
      [new Array(70).fill(1), 64],
    ] as const) {
      const deadlines = new LeaseDeadlines(0);
      for (const [index, keyCount] of keyCounts.entries()) {
        deadlines.begin(lease(`${index}`, 1000, keyCount), 0);
      }
      expect(deadlines.due(1200)).to.have.length(expected);
    }
  });

  it('of a lease that is renewed for ever take no memory and are looked at once a time to live', () => {
    const deadlines = new LeaseDeadlines(0);
    const one = lease('a');
    for (let nowMs = 0; nowMs < 100_000; nowMs += 10) {
      deadlines.begin(one, nowMs);
      expect(deadlines.hasDue(nowMs)).to.equal(false);
    }
    expect(deadlines.count).to.equal(1);
    expect(idsDue(deadlines, 101_200)).to.deep.equal(['a']);
  });

  it('name one lease at least, however many keys it has', () => {
    const deadlines = new LeaseDeadlines(0);
    for (const id of ['a', 'b']) deadlines.begin(lease(id, 1000, 65), 0);
    expect(idsDue(deadlines, 1200)).to.deep.equal(['a']);
  });

  it('that were moved to the moment at which they are looked at have passed', () => {
    const deadlines = new LeaseDeadlines(0);
    const one = lease('a');
    deadlines.begin(one, 0);
    deadlines.begin(one, 100);
    expect(deadlines.hasDue(1100)).to.equal(true);
  });

  it('leave nothing of the slices that have passed', async function () {
    this.timeout(60_000);
    const deadlines = new LeaseDeadlines(0);
    const one = lease('a');
    const bytes = await bytesKeptByEach((index) => {
      const nowMs = index * 900;
      deadlines.hasDue(nowMs);
      deadlines.begin(one, nowMs);
    });
    expect(bytes).to.be.below(leakBytesMin);
  });
});
