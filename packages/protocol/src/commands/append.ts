/** `append`: appends to the value of a key. An absent key counts as empty. */
import { countField, keyField, valueField } from '../fields.ts';
import { valueBytesMax } from '../limits.ts';
import { type Bytes, toBytes, toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Appends `value` to the value of `key`. An absent key counts as empty. */
export interface AppendCommand {
  readonly type: 'append';
  readonly key: Bytes;
  readonly value: Bytes;
}

/** The reply to an append. */
export interface AppendReply {
  readonly type: 'append';
  /** The revision of the store after this write. */
  readonly revision: number;
  /** The size of the value after the append, in bytes. */
  readonly length: number;
}

const tag = 2;

export const append = {
  type: 'append',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/append',
  fields: { key: keyField, value: valueField },
  toRow: ({ key, value }) => [tag, key, value],
  fromRow: (row): AppendCommand => ({
    type: 'append',
    key: keyField.check(toBytes(row[1])),
    value: valueField.check(toBytes(row[2])),
  }),
  reply: {
    toRow: ({ revision, length }) => [tag, revision, length],
    fromRow: (row): AppendReply => ({
      type: 'append',
      revision: toCount(row[1]),
      length: toCount(row[2]),
    }),
    json: membersOf<AppendReply>('append', { revision: countField, length: countField }),
  },
  refusals: {
    tooLarge: {
      code: 'KV_TOO_LARGE',
      message: `The value would grow over the limit of ${valueBytesMax} bytes.`,
    },
  },
} as const satisfies CommandSpec<AppendCommand, AppendReply>;
