/** `delete`: removes a key. */
import { countField, flagField, keyField } from '../fields.ts';
import { type Bytes, toBytes, toCount, toFlag } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Removes a key. */
export interface DeleteCommand {
  readonly type: 'delete';
  readonly key: Bytes;
}

/** The reply to a delete. */
export interface DeleteReply {
  readonly type: 'delete';
  /** The revision of the store after this write. */
  readonly revision: number;
  /** False if the key was absent, in which case the revision is unchanged. */
  readonly deleted: boolean;
}

const tag = 3;

/** Not named `delete`, since that is a reserved word. */
export const deleteKey = {
  type: 'delete',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/delete',
  fields: { key: keyField },
  toRow: ({ key }) => [tag, key],
  fromRow: (row): DeleteCommand => ({ type: 'delete', key: keyField.check(toBytes(row[1])) }),
  reply: {
    toRow: ({ revision, deleted }) => [tag, revision, deleted],
    fromRow: (row): DeleteReply => ({
      type: 'delete',
      revision: toCount(row[1]),
      deleted: toFlag(row[2]),
    }),
    json: membersOf<DeleteReply>('delete', { revision: countField, deleted: flagField }),
  },
} as const satisfies CommandSpec<DeleteCommand, DeleteReply>;
