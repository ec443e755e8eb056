/** A revision of the store in a request, or its present one. */
import { z } from 'zod';
import { countField, type RequestField } from '../fields.ts';
import { toCount } from '../rows.ts';

/** A revision, from 0, or the present one. */
export type RevisionOrNow = number | 'now';

/** Default: `now`. */
export const revisionField: RequestField<RevisionOrNow> = {
  limits: { of: 'count', min: 0, max: Number.MAX_SAFE_INTEGER },
  json: z.union([countField.json, z.literal('now')]).prefault('now'),
  toJson: (revision) => revision,
  check: (revision) => (revision === 'now' ? revision : toCount(revision)),
};

/** Clients of earlier versions do not send the field. @throws TypeError */
export function revisionFromRow(field: unknown): RevisionOrNow {
  return field === 'now' || field === undefined ? 'now' : toCount(field);
}
