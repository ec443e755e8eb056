/**
 * Leases: keys that are attached to a lease are deleted when it ends. A lease ends when it is revoked, or once it was
 * not renewed for its time to live. The fields that several commands about leases have.
 */
import { z } from 'zod';
import type { Field, RequestField } from './fields.ts';
import { id128Schema, isId128, toId128 } from './id128.ts';
import { toCount } from './rows.ts';

/** Names a lease: 128 bits as text, see `isId128`. No id is given twice. */
export type LeaseId = string;

/** The shortest time to live of a lease, in milliseconds: a renewal has to come in time over a slow network. */
export const leaseTtlMsMin = 1000;
/** The longest time to live of a lease, in milliseconds: a day. */
export const leaseTtlMsMax = 24 * 60 * 60 * 1000;
/** The most keys that one lease has. They are deleted in one step. Part of the meaning of the log. */
export const leaseKeysMax = 64;

/** A lease id in requests and replies. */
export const leaseField: RequestField<LeaseId> & Field<LeaseId> = {
  limits: { of: 'id' },
  json: id128Schema,
  toJson: (id) => id,
  check(id) {
    if (isId128(id)) return id;
    throw new TypeError('The id of a lease has 22 characters of base64url.');
  },
};

/** A time to live in milliseconds. */
export const ttlField: RequestField<number> & Field<number> = {
  limits: { of: 'count', min: leaseTtlMsMin, max: leaseTtlMsMax },
  json: z.int(),
  toJson: (ttlMs) => ttlMs,
  check(ttlMs) {
    if (toCount(ttlMs, leaseTtlMsMin) <= leaseTtlMsMax) return ttlMs;
    throw new TypeError(`A time to live is from ${leaseTtlMsMin} to ${leaseTtlMsMax} ms.`);
  },
};

/** The field of a row as the id of a lease. @throws TypeError */
export function toLeaseId(field: unknown): LeaseId {
  return toId128(field);
}
