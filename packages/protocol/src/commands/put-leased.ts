/** `putLeased`: sets the value of a key and attaches the key to a lease. */
import { countField, keyField, valueField } from '../fields.ts';
import { type LeaseId, leaseField, leaseKeysMax, toLeaseId } from '../lease.ts';
import { type Bytes, toBytes, toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Sets the value of a key, which is deleted when the lease ends. A put without a lease detaches it again. */
export interface PutLeasedCommand {
  readonly type: 'putLeased';
  readonly key: Bytes;
  readonly value: Bytes;
  readonly lease: LeaseId;
}

/** The reply to putLeased. */
export interface PutLeasedReply {
  readonly type: 'putLeased';
  /** The revision of the store after this write. */
  readonly revision: number;
}

const tag = 23;

export const putLeased = {
  type: 'putLeased',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/lease/put',
  fields: { key: keyField, value: valueField, lease: leaseField },
  toRow: ({ key, value, lease }) => [tag, key, value, lease],
  fromRow: (row): PutLeasedCommand => ({
    type: 'putLeased',
    key: keyField.check(toBytes(row[1])),
    value: valueField.check(toBytes(row[2])),
    lease: toLeaseId(row[3]),
  }),
  reply: {
    toRow: ({ revision }) => [tag, revision],
    fromRow: (row): PutLeasedReply => ({ type: 'putLeased', revision: toCount(row[1]) }),
    json: membersOf<PutLeasedReply>('putLeased', { revision: countField }),
  },
  refusals: {
    leaseFull: {
      code: 'KV_LEASE_LIMIT',
      message: `A lease has at most ${leaseKeysMax} keys; use another one for more.`,
    },
  },
} as const satisfies CommandSpec<PutLeasedCommand, PutLeasedReply>;
