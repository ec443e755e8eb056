/**
 * All leases, as replicated state: the log alone determines which there are, and which keys they have. Which lease
 * has not been renewed in time is not decided here but by the leader, whose decision is in the log.
 * Rule: an expiry counts only for a lease that was not renewed since.
 */
import { createHash } from 'node:crypto';
import { id128Bytes, type LeaseId } from '@paxkv/protocol';
import { isUserOwner } from '../sessions/opening.ts';
import { Lease, type LeaseFields } from './lease.ts';

export interface LeaseLimits {
  /** About how many bytes the leases of all owners take in memory, and those of one owner. */
  readonly bytesMax: number;
  readonly ownerBytesMax: number;
}

/** These limits are part of the log format: replicas with different limits would diverge. */
export const leaseLimits: LeaseLimits = {
  bytesMax: 16 * 1024 * 1024,
  ownerBytesMax: 4 * 1024 * 1024,
};

/** A lease that may end, unless it was renewed more often than so many times. */
export interface ExpiringLease {
  readonly id: LeaseId;
  readonly renewals: number;
}

/** Learns of leases that begin their time to live, and of those that have ended. */
export interface LeaseListener {
  onBegun(lease: Lease): void;
  onEnded(id: LeaseId): void;
}

export class Leases implements Iterable<Lease> {
  readonly #limits: LeaseLimits;
  readonly #leases = new Map<LeaseId, Lease>();
  readonly #bytesByOwner = new Map<string, number>();
  readonly #changed = new Set<LeaseId>();
  #bytes = 0;
  #listener: LeaseListener | undefined;
  /** The instance that is being applied, and how many leases it has made. */
  #place = '';
  #madeCount = 0;

  constructor(leases: readonly Lease[] = [], limits: LeaseLimits = leaseLimits) {
    this.#limits = limits;
    for (const lease of leases) {
      this.#leases.set(lease.id, lease);
      this.#count(lease, lease.bytes);
    }
  }

  get count(): number {
    return this.#leases.size;
  }

  /** `undefined`: nobody is to learn of leases any more. */
  set listener(listener: LeaseListener | undefined) {
    this.#listener = listener;
  }

  [Symbol.iterator](): Iterator<Lease> {
    return this.#leases.values();
  }

  /** What follows is done by instance `seq` of the log of this incarnation of the cluster. */
  beginInstance(seq: number, incarnation: string | undefined): void {
    this.#place = `${incarnation} ${seq}`;
    this.#madeCount = 0;
  }

  get(id: LeaseId): Lease | undefined {
    return this.#leases.get(id);
  }

  /** The lease, if `owner` may use it. To everybody else it is as if the lease of a user did not exist. */
  usableBy(owner: string, id: LeaseId): Lease | undefined {
    const lease = this.#leases.get(id);
    const isTheirs = lease !== undefined && isUserOwner(lease.owner) && lease.owner !== owner;
    return isTheirs ? undefined : lease;
  }

  /** Whether leases of `owner` may take so many more bytes. */
  hasRoom(owner: string, bytes: number): boolean {
    const owned = this.#bytesByOwner.get(owner) ?? 0;
    const { bytesMax, ownerBytesMax } = this.#limits;
    return owned + bytes <= ownerBytesMax && this.#bytes + bytes <= bytesMax;
  }

  /** A lease with an id that no other one has. It does not exist before it is added. */
  make(fields: Omit<LeaseFields, 'id'>): Lease {
    const place = `${this.#place} ${this.#madeCount}`;
    this.#madeCount += 1;
    const hash = createHash('sha256').update(place).digest();
    const id = hash.subarray(0, id128Bytes).toString('base64url');
    return new Lease({ ...fields, id });
  }

  add(lease: Lease): void {
    this.#leases.set(lease.id, lease);
    this.#change(lease, () => {}, lease.bytes);
    this.#listener?.onBegun(lease);
  }

  renew(lease: Lease): void {
    this.#change(lease, () => lease.renew());
    this.#listener?.onBegun(lease);
  }

  /** The key has another lease than before, or none. */
  move(name: string, from: LeaseId | undefined, to: LeaseId | undefined): void {
    const [before, after] = [from && this.#leases.get(from), to && this.#leases.get(to)];
    if (before === after) return;
    if (before) this.#detach(before, name);
    if (after) this.#change(after, () => after.attach(name));
  }

  /** The lease ends. Its keys are still there, and the caller deletes them. */
  end(lease: Lease): void {
    this.#leases.delete(lease.id);
    this.#changed.add(lease.id);
    this.#count(lease, -lease.bytes);
    this.#listener?.onEnded(lease.id);
  }

  /** The lease of an expiry that counts; `undefined` if it has ended or was renewed meanwhile. */
  expired({ id, renewals }: ExpiringLease): Lease | undefined {
    const lease = this.#leases.get(id);
    return lease?.renewals === renewals ? lease : undefined;
  }

  /** All leases that changed since the last call; `undefined` for one that has ended. */
  takeChanges(): readonly (readonly [id: LeaseId, lease: Lease | undefined])[] {
    const changes = [...this.#changed].map((id) => [id, this.#leases.get(id)] as const);
    this.#changed.clear();
    return changes;
  }

  #detach(lease: Lease, name: string): void {
    this.#change(lease, () => lease.detach(name));
    if (lease.isOfOneKey) this.end(lease);
  }

  #change(lease: Lease, action: () => void, added = 0): void {
    const { bytes } = lease;
    action();
    this.#changed.add(lease.id);
    this.#count(lease, lease.bytes - bytes + added);
  }

  #count({ owner }: Lease, bytes: number): void {
    this.#bytes += bytes;
    const owned = (this.#bytesByOwner.get(owner) ?? 0) + bytes;
    if (owned === 0) this.#bytesByOwner.delete(owner);
    else this.#bytesByOwner.set(owner, owned);
  }
}
