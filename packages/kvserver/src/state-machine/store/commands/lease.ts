/** Grants, renews and revokes leases. */
import type { CommandOf, RefusedReply, ReplyOf } from '@paxkv/protocol';
import type { Lease } from '../../leases/lease.ts';
import type { Leases } from '../../leases/leases.ts';

/** A command about a lease as a whole. */
export type LeaseCommand = CommandOf<'grantLease' | 'renewLease' | 'revokeLease'>;

export interface LeaseContext {
  readonly leases: Leases;
  /** On whose behalf the command is done. */
  readonly owner: string;
  /** Ends the lease, and deletes its keys. */
  readonly end: (lease: Lease) => Pick<ReplyOf<'revokeLease'>, 'revision' | 'deleted'>;
}

export function applyToLease(
  command: LeaseCommand,
  { leases, owner, end }: LeaseContext,
): ReplyOf<LeaseCommand['type']> | RefusedReply {
  if (command.type === 'grantLease') return grant(command, leases, owner);
  const lease = leases.usableBy(owner, command.lease);
  if (lease === undefined) return { type: 'refused', reason: 'noSuchLease' };
  if (command.type === 'revokeLease') return { type: 'revokeLease', ...end(lease) };
  leases.renew(lease);
  return { type: 'renewLease', ttlMs: lease.ttlMs };
}

function grant(
  { ttlMs }: CommandOf<'grantLease'>,
  leases: Leases,
  owner: string,
): ReplyOf<'grantLease'> | RefusedReply {
  const lease = leases.make({ owner, ttlMs, isOfOneKey: false });
  if (!leases.hasRoom(owner, lease.bytes)) return { type: 'refused', reason: 'tooManyLeases' };
  leases.add(lease);
  return { type: 'grantLease', lease: lease.id };
}
