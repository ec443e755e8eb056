import { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { LeaseDraft } from '@paxkv/kvserver/internal/state-machine/leases/lease-draft';
import { Leases } from '@paxkv/kvserver/internal/state-machine/leases/leases';
import { expect } from 'chai';

const fields = { ttlMs: 5000, isOfOneKey: false };
const limits = { bytesMax: 3000, ownerBytesMax: 1000 };

/** Makes leases for `owner` until there is no more room. */
function fill(leases: Leases, owner: string): number {
  let count = 0;
  for (; ; count += 1) {
    const lease = leases.make({ ...fields, owner });
    if (!leases.hasRoom(owner, lease.bytes)) return count;
    leases.add(lease);
  }
}

describe('The memory of leases', () => {
  it('is bounded for each owner, and for all together', () => {
    const leases = new Leases([], limits);
    leases.beginInstance(1, 'here');
    expect(fill(leases, 'a')).to.equal(3);
    expect(fill(leases, 'b')).to.equal(3);
    expect(fill(leases, 'c')).to.equal(3);
    expect(fill(leases, 'd')).to.equal(2);
    const [first = expect.fail('no lease')] = leases;
    leases.end(first);
    expect(fill(leases, 'd')).to.equal(1);
  });

  it('includes the names of keys', () => {
    const leases = new Leases([], limits);
    const lease = leases.make({ ...fields, owner: 'a' });
    leases.add(lease);
    const draft = () => new LeaseDraft(leases, 'a');
    expect(draft().attach('x'.repeat(600), lease.id)).to.equal(undefined);
    expect(draft().attach('x'.repeat(700), lease.id)).to.include({ reason: 'tooManyLeases' });
    const both = draft();
    expect(both.attach('x'.repeat(400), lease.id)).to.equal(undefined);
    expect(both.attach('y'.repeat(400), lease.id)).to.include({ reason: 'tooManyLeases' });
    leases.move('x'.repeat(600), undefined, lease.id);
    expect(draft().makeFor('k', 1000)).to.include({ reason: 'tooManyLeases' });
    leases.move('x'.repeat(600), lease.id, undefined);
    expect(draft().makeFor('k', 1000)).to.be.instanceOf(Lease);
  });

  it('is the same after a restart', () => {
    const before = new Leases([], limits);
    const lease = before.make({ ...fields, owner: 'a' });
    before.add(lease);
    before.move('a key', undefined, lease.id);
    before.renew(lease);
    const again = Lease.fromRow(lease.id, lease.toRow());
    expect(again).to.include({ bytes: lease.bytes, renewals: 1, owner: 'a', ttlMs: 5000 });
    expect([...again.names]).to.deep.equal(['a key']);
    const after = new Leases([again], limits);
    expect([fill(before, 'a'), fill(after, 'a')]).to.deep.equal([2, 2]);
  });
});
