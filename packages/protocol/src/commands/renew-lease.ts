/** `renewLease`: gives a lease its whole time to live again. */
import { type LeaseId, leaseField, toLeaseId, ttlField } from '../lease.ts';
import { toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Renews a lease. */
export interface RenewLeaseCommand {
  readonly type: 'renewLease';
  readonly lease: LeaseId;
}

/** The reply to renewLease. */
export interface RenewLeaseReply {
  readonly type: 'renewLease';
  /** The time to live of the lease, which begins anew. */
  readonly ttlMs: number;
}

const tag = 21;

export const renewLease = {
  type: 'renewLease',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/lease/renew',
  fields: { lease: leaseField },
  toRow: ({ lease }) => [tag, lease],
  fromRow: (row): RenewLeaseCommand => ({
    type: 'renewLease',
    lease: toLeaseId(row[1]),
  }),
  reply: {
    toRow: ({ ttlMs }) => [tag, ttlMs],
    fromRow: (row): RenewLeaseReply => ({ type: 'renewLease', ttlMs: toCount(row[1]) }),
    json: membersOf<RenewLeaseReply>('renewLease', { ttlMs: ttlField }),
  },
  refusals: {
    noSuchLease: {
      code: 'KV_NO_SUCH_LEASE',
      message: 'There is no such lease: it has ended, or another user has made it.',
    },
  },
  errors: { KV_NO_SUCH_LEASE: { outcome: 'not done', status: 404 } },
} as const satisfies CommandSpec<RenewLeaseCommand, RenewLeaseReply>;
