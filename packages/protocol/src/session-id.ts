/** The ids of sessions. A cluster at feature level 1 counts its sessions; from level 2 on their ids are random. */
import { z } from 'zod';
import type { Field } from './fields.ts';
import { id128Schema, toId128 } from './id128.ts';
import { toCount } from './rows.ts';

/**
 * Names a session, and is known only to its client. From feature level 2 on: 128 random bits as text, see `isId128`.
 * At level 1: a number from 1, which others can guess.
 */
export type SessionId = number | string;

/** A whole number from 1 to 2⁵³ − 1. */
export const fromOneSchema: z.ZodType<number> = z.int().min(1);

export const sessionIdField: Field<SessionId> = {
  json: z.union([fromOneSchema, id128Schema]),
  toJson: (id) => id,
};

/** The field as the id of a session. @throws TypeError */
export function toSessionId(field: unknown): SessionId {
  return typeof field === 'string' ? toId128(field) : toCount(field, 1);
}
