/** `setAuth`: replaces the auth table, if it is still the one that the caller has read. */
import {
  type AuthTable,
  authTableBytesMax,
  authTableFromBytes,
  authTableSchema,
  authTableToBytes,
  authTableToJson,
  checkAuthTable,
} from '../auth-table.ts';
import { countField, type RequestField } from '../fields.ts';
import { toBytes, toCount } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Replaces the auth table. */
export interface SetAuthCommand {
  readonly type: 'setAuth';
  /** The revision of the table that this one replaces, from the reply to `getAuth`. */
  readonly expected: number;
  readonly table: AuthTable;
}

/** The reply to setAuth. */
export interface SetAuthReply {
  readonly type: 'setAuth';
  /** The revision of the new table, which is that of the store after this write. */
  readonly revision: number;
}

const tag = 11;

const expectedField: RequestField<number> = {
  ...countField,
  limits: { of: 'count', min: 0, max: Number.MAX_SAFE_INTEGER },
  check: (expected) => toCount(expected),
};

const tableField: RequestField<AuthTable> = {
  limits: { of: 'auth table', min: 0, max: authTableBytesMax },
  json: authTableSchema,
  toJson: authTableToJson,
  check: checkAuthTable,
};

export const setAuth = {
  type: 'setAuth',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/auth/set',
  fields: { expected: expectedField, table: tableField },
  toRow: ({ expected, table }) => [tag, expected, authTableToBytes(table)],
  fromRow: (row): SetAuthCommand => ({
    type: 'setAuth',
    expected: toCount(row[1]),
    table: authTableFromBytes(toBytes(row[2])),
  }),
  reply: {
    toRow: ({ revision }) => [tag, revision],
    fromRow: (row): SetAuthReply => ({ type: 'setAuth', revision: toCount(row[1]) }),
    json: membersOf<SetAuthReply>('setAuth', { revision: countField }),
  },
  refusals: {
    authChanged: {
      code: 'KV_AUTH_CHANGED',
      message: 'The auth table has changed meanwhile: read it, and change the new one.',
    },
  },
  errors: { KV_AUTH_CHANGED: { outcome: 'not done', status: 409 } },
} as const satisfies CommandSpec<SetAuthCommand, SetAuthReply>;
