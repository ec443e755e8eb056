import { leaseLevel } from '@paxkv/kvserver/internal/state-machine/features';
import { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { leaseLimits } from '@paxkv/kvserver/internal/state-machine/leases/leases';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { LeaseRows } from '@paxkv/kvserver/internal/storage/state/lease-rows';
import { leaseKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import type { LeaseId, Row } from '@paxkv/protocol';
import { expect } from 'chai';

const ids = ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ'] as const;
const [one, other] = ids;

function leaseOf(id: LeaseId, ...names: readonly string[]): Lease {
  const lease = new Lease({ id, owner: 'user anna', ttlMs: 5000, isOfOneKey: false });
  for (const name of names) lease.attach(name);
  return lease;
}

function idAt(index: number): LeaseId {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(index, 0);
  return bytes.toString('base64url');
}

/** A lease of 16 KiB, which divide the bytes of all leases. */
function largeLease(index: number): Lease {
  const lengths = [...new Array<number>(14).fill(1024), 832];
  const names = lengths.map((length, key) => `${index} ${key} `.padEnd(length, 'k'));
  return leaseOf(idAt(index + 1), ...names);
}

/** Why the leases are refused; `undefined` if they are accepted. */
function refusalOf(
  leases: readonly Pick<Lease, 'id' | 'toRow'>[],
  featureLevel = leaseLevel,
): string | undefined {
  try {
    const reading = new LeaseRows();
    for (const lease of leases) {
      const key = leaseKey(lease.id);
      reading.take(key, seal(key, lease.toRow()));
    }
    reading.finish({ ...startPosition, featureLevel });
    return undefined;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    expect(error.code).to.equal('STATE_DAMAGED');
    return error.cause instanceof Error ? error.cause.message : error.message;
  }
}

describe('The rows of leases', () => {
  it('read as the leases that were written', () => {
    const lease = leaseOf(one, 'k1', 'k2');
    lease.renew();
    const key = leaseKey(one);
    const read = new LeaseRows().take(key, seal(key, lease.toRow()));
    expect(read.id).to.equal(one);
    expect(read.toRow()).to.deep.equal(lease.toRow());
  });

  it('are accepted from the level of leases on, and none is at every level', () => {
    const leases = [leaseOf(one, 'k1'), leaseOf(other, 'k2')];
    expect(refusalOf(leases)).to.equal(undefined);
    expect(refusalOf(leases, leaseLevel + 1)).to.equal(undefined);
    expect(refusalOf(leases, leaseLevel - 1)).to.match(/leases below their level/);
    expect(refusalOf([], leaseLevel - 1)).to.equal(undefined);
  });

  it('are refused if a key has two leases', () => {
    expect(refusalOf([leaseOf(one, 'k1', 'k2'), leaseOf(other, 'k2')])).to.match(
      /a key has two leases/,
    );
  });

  it('are refused under a key that names no lease', () => {
    for (const id of ['', 'AAAA', 'AAAAAAAAAAAAAAAAAAAAAAAA']) {
      const toRow = (): Row => leaseOf(one).toRow();
      expect(refusalOf([{ id, toRow }]), id).to.match(/names no lease/);
    }
  });

  it('are refused with a time to live that no lease has', () => {
    const toRow = (): Row => leaseOf(one).toRow().with(1, 0);
    expect(refusalOf([{ id: one, toRow }])).to.match(/whole number/);
  });

  it('are refused if they take more bytes than all leases may', () => {
    const reading = new LeaseRows();
    const take = (lease: Lease) => {
      const key = leaseKey(lease.id);
      reading.take(key, seal(key, lease.toRow()));
      return lease;
    };
    for (let bytes = 0; bytes < leaseLimits.bytesMax; ) bytes += take(largeLease(bytes)).bytes;
    expect(() => take(leaseOf(one))).to.throw(StateError, 'more bytes than they may');
  });
});
