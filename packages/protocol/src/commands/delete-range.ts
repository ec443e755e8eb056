/** `deleteRange`: removes the keys of a range, the lowest first, as many as one command may. */
import { z } from 'zod';
import { countField } from '../fields.ts';
import { type KeyRange, rangeFields, rangeFromRow, rangeToRow } from '../key-range.ts';
import { toCount } from '../rows.ts';
import { type Continuation, nextFromRow, nextSchema, nextToJson, nextToRow } from './page.ts';
import type { CommandSpec } from './spec.ts';

/** Removes the first keys of a range. */
export interface DeleteRangeCommand extends KeyRange {
  readonly type: 'deleteRange';
}

/** The reply to deleteRange. */
export interface DeleteRangeReply extends Continuation {
  readonly type: 'deleteRange';
  /** The revision of the store after this write. All keys were removed at one revision. */
  readonly revision: number;
  /** How many keys were removed. If there were none, the revision is unchanged. */
  readonly deleted: number;
}

/** The most keys that one command removes. Part of the meaning of the log. */
export const deleteRangeKeysMax = 1000;
/** One command removes no more keys once their values have this many bytes. Part of the meaning of the log. */
export const deleteRangeBytesMax = 4 * 1024 * 1024;

const tag = 15;

export const deleteRange = {
  type: 'deleteRange',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/delete-range',
  fields: rangeFields,
  toRow: (command) => [tag, ...rangeToRow(command)],
  fromRow: (row): DeleteRangeCommand => ({ type: 'deleteRange', ...rangeFromRow(row) }),
  reply: {
    toRow: (reply) => [tag, reply.revision, reply.deleted, nextToRow(reply)],
    fromRow: (row): DeleteRangeReply => ({
      type: 'deleteRange',
      revision: toCount(row[1]),
      deleted: toCount(row[2]),
      next: nextFromRow(row[3]),
    }),
    json: {
      toJson: (reply) => ({
        revision: reply.revision,
        deleted: reply.deleted,
        next: nextToJson(reply),
      }),
      schema: z
        .object({ revision: countField.json, deleted: countField.json, next: nextSchema })
        .transform((members): DeleteRangeReply => ({ type: 'deleteRange', ...members })),
    },
  },
} as const satisfies CommandSpec<DeleteRangeCommand, DeleteRangeReply>;
