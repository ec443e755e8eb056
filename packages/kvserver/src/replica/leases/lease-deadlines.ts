/**
 * When leases end unless they are renewed, by the clock of one server. A renewal only moves a deadline; the slice of
 * time in which a lease is looked at changes when that slice has passed. So a renewal takes no memory, however many
 * there are.
 */
import { type LeaseId, leaseKeysMax } from '@paxkv/protocol';
import type { Lease } from '../../state-machine/leases/lease.ts';
import type { ExpiringLease } from '../../state-machine/leases/leases.ts';

/** Leases whose deadlines are in one slice of time are looked at together, after it. */
const sliceMs = 100;

interface Deadline {
  readonly lease: Lease;
  readonly dueMs: number;
}

export class LeaseDeadlines {
  readonly #deadlines = new Map<LeaseId, Deadline>();
  /** The leases to be looked at after each slice. */
  readonly #slices = new Map<number, LeaseId[]>();
  /** The first slice that has not passed. */
  #next: number;
  /** Leases whose deadline has passed. */
  readonly #due = new Map<LeaseId, Lease>();

  constructor(nowMs: number) {
    this.#next = sliceOf(nowMs);
  }

  /** How many leases have a deadline. */
  get count(): number {
    return this.#deadlines.size;
  }

  /** The lease was granted or renewed, and has its whole time to live from now on. */
  begin(lease: Lease, nowMs: number): void {
    const isAwaited = this.#deadlines.has(lease.id) && !this.#due.delete(lease.id);
    const deadline = { lease, dueMs: nowMs + lease.ttlMs };
    this.#deadlines.set(lease.id, deadline);
    if (!isAwaited) this.#await(deadline);
  }

  /** The lease has ended. */
  forget(id: LeaseId): void {
    this.#deadlines.delete(id);
    this.#due.delete(id);
  }

  /** Whether the deadline of any lease has passed. */
  hasDue(nowMs: number): boolean {
    this.#pass(nowMs);
    return this.#due.size > 0;
  }

  /** Some of the leases whose deadlines have passed: with no more keys together than one lease may have. */
  due(nowMs: number): readonly ExpiringLease[] {
    this.#pass(nowMs);
    const expiring: ExpiringLease[] = [];
    let count = 0;
    for (const { id, renewals, names } of this.#due.values()) {
      count += Math.max(1, names.size);
      if (count > leaseKeysMax && expiring.length > 0) break;
      expiring.push({ id, renewals });
    }
    return expiring;
  }

  #pass(nowMs: number): void {
    for (; this.#next < sliceOf(nowMs); this.#next += 1) {
      const ids = this.#slices.get(this.#next) ?? [];
      this.#slices.delete(this.#next);
      for (const id of ids) this.#look(id, nowMs);
    }
  }

  #look(id: LeaseId, nowMs: number): void {
    const deadline = this.#deadlines.get(id);
    if (deadline === undefined) return;
    if (deadline.dueMs <= nowMs) this.#due.set(id, deadline.lease);
    else this.#await(deadline);
  }

  #await({ lease, dueMs }: Deadline): void {
    const slice = Math.max(sliceOf(dueMs), this.#next);
    const ids = this.#slices.get(slice);
    if (ids === undefined) this.#slices.set(slice, [lease.id]);
    else ids.push(lease.id);
  }
}

function sliceOf(ms: number): number {
  return Math.floor(ms / sliceMs);
}
