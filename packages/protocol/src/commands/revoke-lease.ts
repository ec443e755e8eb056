/** `revokeLease`: ends a lease, and deletes its keys. */
import { countField } from '../fields.ts';
import { type LeaseId, leaseField, toLeaseId } from '../lease.ts';
import { toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Ends a lease. */
export interface RevokeLeaseCommand {
  readonly type: 'revokeLease';
  readonly lease: LeaseId;
}

/** The reply to revokeLease. */
export interface RevokeLeaseReply {
  readonly type: 'revokeLease';
  /** The revision of the store after this write. All keys were deleted at one revision. */
  readonly revision: number;
  /** How many keys were deleted. If there were none, the revision is unchanged. */
  readonly deleted: number;
}

const tag = 22;

export const revokeLease = {
  type: 'revokeLease',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/lease/revoke',
  fields: { lease: leaseField },
  toRow: ({ lease }) => [tag, lease],
  fromRow: (row): RevokeLeaseCommand => ({ type: 'revokeLease', lease: toLeaseId(row[1]) }),
  reply: {
    toRow: ({ revision, deleted }) => [tag, revision, deleted],
    fromRow: (row): RevokeLeaseReply => ({
      type: 'revokeLease',
      revision: toCount(row[1]),
      deleted: toCount(row[2]),
    }),
    json: membersOf<RevokeLeaseReply>('revokeLease', { revision: countField, deleted: countField }),
  },
} as const satisfies CommandSpec<RevokeLeaseCommand, RevokeLeaseReply>;
