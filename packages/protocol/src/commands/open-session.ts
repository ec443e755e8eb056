/** `openSession`: opens a session for a client. Numbered writes of a session take effect once. */
import { clientNameField } from '../fields.ts';
import { toText } from '../rows.ts';
import { type SessionId, sessionIdField, toSessionId } from '../session-id.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Opens a session. */
export interface OpenSessionCommand {
  readonly type: 'openSession';
  /** A name for operators; it need not be unique. */
  readonly client: string;
}

/** The reply to openSession. */
export interface OpenSessionReply {
  readonly type: 'openSession';
  /** The id of the session. No id is given twice. A client that knows it can use the session. */
  readonly session: SessionId;
}

const tag = 4;

export const openSession = {
  type: 'openSession',
  tag,
  access: 'session',
  // An unused session has no effect, and is evicted later.
  outcomeIfLost: 'not done',
  path: '/v1/sessions',
  fields: { client: clientNameField },
  toRow: ({ client }) => [tag, client],
  fromRow: (row): OpenSessionCommand => ({
    type: 'openSession',
    client: clientNameField.check(toText(row[1])),
  }),
  reply: {
    toRow: ({ session }) => [tag, session],
    fromRow: (row): OpenSessionReply => ({ type: 'openSession', session: toSessionId(row[1]) }),
    json: membersOf<OpenSessionReply>('openSession', { session: sessionIdField }),
  },
} as const satisfies CommandSpec<OpenSessionCommand, OpenSessionReply>;
