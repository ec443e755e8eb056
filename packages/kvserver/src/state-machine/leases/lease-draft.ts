/**
 * What one command does to leases before it is certain that the command takes effect: the leases that it makes, and
 * the keys that it attaches. An entry that is written with a lease carries it out.
 */
import { type LeaseId, leaseKeysMax, type RefusedReply } from '@paxkv/protocol';
import { bytesOfName, type Lease } from './lease.ts';
import type { Leases } from './leases.ts';

export class LeaseDraft {
  readonly #leases: Leases;
  readonly #owner: string;
  readonly #made = new Map<LeaseId, Lease>();
  /** The keys to be attached to each lease that has them not yet. */
  readonly #attached = new Map<Lease, Set<string>>();
  #bytes = 0;

  constructor(leases: Leases, owner: string) {
    this.#leases = leases;
    this.#owner = owner;
  }

  /** Returns a refusal if the key cannot be attached to the lease. */
  attach(name: string, id: LeaseId): RefusedReply | undefined {
    const lease = this.#leases.usableBy(this.#owner, id);
    if (lease === undefined || lease.isOfOneKey) return refused('noSuchLease');
    if (lease.names.has(name)) return undefined;
    const attached = this.#attached.get(lease) ?? new Set();
    if (attached.has(name)) return undefined;
    if (lease.names.size + attached.size >= leaseKeysMax) return refused('leaseFull');
    if (!this.#takeRoom(lease.owner, bytesOfName(name))) return refused('tooManyLeases');
    this.#attached.set(lease, attached.add(name));
    return undefined;
  }

  /** Makes a lease for one key. */
  makeFor(name: string, ttlMs: number): Lease | RefusedReply {
    const lease = this.#leases.make({ owner: this.#owner, ttlMs, isOfOneKey: true });
    const hasRoom = this.#takeRoom(this.#owner, lease.bytes + bytesOfName(name));
    if (!hasRoom) return refused('tooManyLeases');
    this.#made.set(lease.id, lease);
    return lease;
  }

  /** An entry is written with this lease. A lease that was made for it exists from now on. */
  carryOut(id: LeaseId | undefined): void {
    const lease = id === undefined ? undefined : this.#made.get(id);
    if (lease !== undefined) this.#leases.add(lease);
  }

  #takeRoom(owner: string, bytes: number): boolean {
    this.#bytes += bytes;
    return this.#leases.hasRoom(owner, this.#bytes);
  }
}

function refused(reason: 'noSuchLease' | 'leaseFull' | 'tooManyLeases'): RefusedReply {
  return { type: 'refused', reason };
}
