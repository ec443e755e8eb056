/** `grantLease`: makes a lease, to which keys can be attached. */
import { type LeaseId, leaseField, toLeaseId, ttlField } from '../lease.ts';
import { toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Makes a lease. */
export interface GrantLeaseCommand {
  readonly type: 'grantLease';
  /** Milliseconds after which the lease ends unless it is renewed; from 1,000 to a day. */
  readonly ttlMs: number;
}

/** The reply to grantLease. */
export interface GrantLeaseReply {
  readonly type: 'grantLease';
  readonly lease: LeaseId;
}

const tag = 20;

export const grantLease = {
  type: 'grantLease',
  tag,
  access: 'write',
  // A lease of which nobody knows has no keys, and ends by itself.
  outcomeIfLost: 'unknown',
  path: '/v1/lease/grant',
  fields: { ttlMs: ttlField },
  toRow: ({ ttlMs }) => [tag, ttlMs],
  fromRow: (row): GrantLeaseCommand => ({
    type: 'grantLease',
    ttlMs: ttlField.check(toCount(row[1])),
  }),
  reply: {
    toRow: ({ lease }) => [tag, lease],
    fromRow: (row): GrantLeaseReply => ({ type: 'grantLease', lease: toLeaseId(row[1]) }),
    json: membersOf<GrantLeaseReply>('grantLease', { lease: leaseField }),
  },
  refusals: {
    tooManyLeases: {
      code: 'KV_LEASE_LIMIT',
      message: 'There are as many leases as there may be, for you or for all together.',
    },
  },
  errors: { KV_LEASE_LIMIT: { outcome: 'not done', status: 429 } },
} as const satisfies CommandSpec<GrantLeaseCommand, GrantLeaseReply>;
