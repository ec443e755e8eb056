/** `openSession`: gives a client a session, under whose numbers its writes take effect once. */
import { clientNameField, countField } from '../fields.ts';
import { toCount, toText } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Opens a session, in which a client numbers its writes. */
export interface OpenSessionCommand {
  readonly type: 'openSession';
  /** A name for people; it need not be unique. */
  readonly client: string;
}

/** The reply that opens a session. */
export interface OpenSessionReply {
  readonly type: 'openSession';
  /** The id of the session. None is given twice. */
  readonly session: number;
}

const tag = 4;

export const openSession = {
  type: 'openSession',
  tag,
  access: 'session',
  // A session that nobody knows of does nothing, and is put out in time.
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
    fromRow: (row): OpenSessionReply => ({ type: 'openSession', session: toCount(row[1]) }),
    json: membersOf<OpenSessionReply>('openSession', { session: countField }),
  },
} as const satisfies CommandSpec<OpenSessionCommand, OpenSessionReply>;
