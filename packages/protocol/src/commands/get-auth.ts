/** `getAuth`: reads the auth table. */
import {
  type AuthTable,
  authTableFromBytes,
  authTableSchema,
  authTableToBytes,
  authTableToJson,
} from '../auth-table.ts';
import { countField, type Field } from '../fields.ts';
import { toBytes, toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Reads the auth table. */
export interface GetAuthCommand {
  readonly type: 'getAuth';
}

/** The reply to getAuth. */
export interface GetAuthReply {
  readonly type: 'getAuth';
  /** The revision of the table, for `setAuth`; 0 before the first table. */
  readonly revision: number;
  readonly table: AuthTable;
}

const tag = 10;

const tableField: Field<AuthTable> = { json: authTableSchema, toJson: authTableToJson };

export const getAuth = {
  type: 'getAuth',
  tag,
  access: 'read',
  outcomeIfLost: 'not done',
  path: '/v1/auth/get',
  fields: {},
  toRow: () => [tag],
  fromRow: (): GetAuthCommand => ({ type: 'getAuth' }),
  reply: {
    toRow: ({ revision, table }) => [tag, revision, authTableToBytes(table)],
    fromRow: (row): GetAuthReply => ({
      type: 'getAuth',
      revision: toCount(row[1]),
      table: authTableFromBytes(toBytes(row[2])),
    }),
    json: membersOf<GetAuthReply>('getAuth', { revision: countField, table: tableField }),
  },
} as const satisfies CommandSpec<GetAuthCommand, GetAuthReply>;
