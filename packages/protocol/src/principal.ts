/** The principal of a request: on whose behalf it is made, as the server that received it has verified. */
import { type Row, toText } from './rows.ts';

/** A user who proved his name. A request without a principal is anonymous. */
export interface Principal {
  readonly user: string;
  /** The id of the token that proved it. Absent if a client certificate or the root token of the server did. */
  readonly token?: string;
}

/** The user with every right. He exists in every cluster, and is in no table. */
export const rootUser = 'root';

/** The principal as a field in the row of a request. Only servers write it: see `requestToRow`. */
export function principalToRow({ user, token }: Principal): Row {
  return token === undefined ? [user] : [user, token];
}

/** @throws TypeError */
export function principalFromRow(row: Row): Principal {
  if (row.length === 1) return { user: toText(row[0]) };
  if (row.length === 2) return { user: toText(row[0]), token: toText(row[1]) };
  throw new TypeError('A principal is a user, or a user and a token.');
}
