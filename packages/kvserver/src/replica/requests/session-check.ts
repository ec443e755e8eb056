/** The check of a stamp before its request may enter the log. */
import { KvError, refusalToError, type SessionId, type Stamp } from '@paxkv/protocol';

/** What the check needs of the state here, which may be behind. */
export interface KnownSessions {
  readonly incarnation: string | undefined;
  /** The owner of the session, if it is known here. */
  ownerOf(session: SessionId): string | undefined;
}

/**
 * @throws KvError `KV_UNAVAILABLE` (not done) if the log of this server may not know random ids yet, which a server of
 *   an older version could not read; `KV_SESSION_EXPIRED` if the session is that of another user.
 */
export function expectUsable(
  { session }: Pick<Stamp, 'session'>,
  owner: string | undefined,
  sessions: KnownSessions,
): void {
  if (typeof session === 'string' && sessions.incarnation === undefined) {
    throw new KvError(
      'KV_UNAVAILABLE',
      'This server does not know yet to which incarnation of the cluster the session belongs.',
    );
  }
  const rightful = sessions.ownerOf(session);
  // A user has one name, while the address of a client may change.
  if (rightful?.startsWith('user ') && rightful !== owner) throw refusalToError('sessionExpired');
}
