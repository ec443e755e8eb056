/** `put`: sets the value of a key. */
import { countField, keyField, valueField } from '../fields.ts';
import { type Bytes, toBytes, toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Sets the value of a key. */
export interface PutCommand {
  readonly type: 'put';
  readonly key: Bytes;
  readonly value: Bytes;
}

/** The reply to a put. */
export interface PutReply {
  readonly type: 'put';
  /** The revision of the store after this write. */
  readonly revision: number;
}

const tag = 1;

export const put = {
  type: 'put',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/put',
  fields: { key: keyField, value: valueField },
  toRow: ({ key, value }) => [tag, key, value],
  fromRow: (row): PutCommand => ({
    type: 'put',
    key: keyField.check(toBytes(row[1])),
    value: valueField.check(toBytes(row[2])),
  }),
  reply: {
    toRow: ({ revision }) => [tag, revision],
    fromRow: (row): PutReply => ({ type: 'put', revision: toCount(row[1]) }),
    json: membersOf<PutReply>('put', { revision: countField }),
  },
} as const satisfies CommandSpec<PutCommand, PutReply>;
