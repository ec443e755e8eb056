/** `putTtl`: sets the value of a key for a limited time, by a lease of its own. */
import { countField, keyField, valueField } from '../fields.ts';
import { type LeaseId, leaseField, toLeaseId, ttlField } from '../lease.ts';
import { type Bytes, toBytes, toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Sets the value of a key, and makes a lease for it alone, which ends early if the key is written again or deleted. */
export interface PutTtlCommand {
  readonly type: 'putTtl';
  readonly key: Bytes;
  readonly value: Bytes;
  /** Milliseconds after which the key is deleted; from 1,000 to a day. */
  readonly ttlMs: number;
}

/** The reply to putTtl. */
export interface PutTtlReply {
  readonly type: 'putTtl';
  /** The revision of the store after this write. */
  readonly revision: number;
  /** The lease of the key, which can be renewed. */
  readonly lease: LeaseId;
}

const tag = 24;

export const putTtl = {
  type: 'putTtl',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/put-ttl',
  fields: { key: keyField, value: valueField, ttlMs: ttlField },
  toRow: ({ key, value, ttlMs }) => [tag, key, value, ttlMs],
  fromRow: (row): PutTtlCommand => ({
    type: 'putTtl',
    key: keyField.check(toBytes(row[1])),
    value: valueField.check(toBytes(row[2])),
    ttlMs: ttlField.check(toCount(row[3])),
  }),
  reply: {
    toRow: ({ revision, lease }) => [tag, revision, lease],
    fromRow: (row): PutTtlReply => ({
      type: 'putTtl',
      revision: toCount(row[1]),
      lease: toLeaseId(row[2]),
    }),
    json: membersOf<PutTtlReply>('putTtl', { revision: countField, lease: leaseField }),
  },
} as const satisfies CommandSpec<PutTtlCommand, PutTtlReply>;
