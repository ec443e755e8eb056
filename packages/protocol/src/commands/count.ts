/** `count`: counts the keys in a range. */
import { z } from 'zod';
import { countField } from '../fields.ts';
import { type KeyRange, rangeFields, rangeFromRow, rangeToRow } from '../key-range.ts';
import { toCount } from '../rows.ts';
import { type Continuation, nextFromRow, nextSchema, nextToJson, nextToRow } from './page.ts';
import { type RevisionOrNow, revisionField, revisionFromRow } from './revision.ts';
import type { CommandSpec } from './spec.ts';

/** Counts the keys in a range. */
export interface CountCommand extends KeyRange {
  readonly type: 'count';
  /** The revision that the reply shows. */
  readonly asOf: RevisionOrNow;
}

/** The reply to count. */
export interface CountReply extends Continuation {
  readonly type: 'count';
  /** The revision of the store at which the keys were counted. */
  readonly revision: number;
  /** The keys in the range up to `next`, or in all of it. */
  readonly count: number;
}

/** The most keys that one command counts. */
export const countLimitMax = 10_000;

const tag = 14;

export const count = {
  type: 'count',
  tag,
  access: 'read',
  outcomeIfLost: 'not done',
  path: '/v1/count',
  fields: { ...rangeFields, asOf: revisionField },
  toRow: (command) => [tag, ...rangeToRow(command), command.asOf],
  fromRow: (row): CountCommand => ({
    type: 'count',
    ...rangeFromRow(row),
    asOf: revisionFromRow(row[4]),
  }),
  reply: {
    toRow: (reply) => [tag, reply.revision, reply.count, nextToRow(reply)],
    fromRow: (row): CountReply => ({
      type: 'count',
      revision: toCount(row[1]),
      count: toCount(row[2]),
      next: nextFromRow(row[3]),
    }),
    json: {
      toJson: (reply) => ({
        revision: reply.revision,
        count: reply.count,
        next: nextToJson(reply),
      }),
      schema: z
        .object({ revision: countField.json, count: countField.json, next: nextSchema })
        .transform((members): CountReply => ({ type: 'count', ...members })),
    },
  },
} as const satisfies CommandSpec<CountCommand, CountReply>;
