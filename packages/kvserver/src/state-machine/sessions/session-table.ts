/** All sessions: by id, in the order of their last use, and those of each owner in the same order. */
import type { SessionId } from '@paxkv/protocol';
import type { Session } from './session.ts';

type Ordered = Map<SessionId, Session>;

export class SessionTable implements Iterable<Session> {
  /** The least recently used session first. */
  readonly #byUse: Ordered = new Map();
  /** The same for each owner. All sessions of feature level 1 have the owner `undefined`. */
  readonly #byOwner = new Map<string | undefined, Ordered>();
  #replyCount = 0;
  #replyBytes = 0;
  #latest: Session | undefined;

  /** `sessions` may be in any order, since each knows its last use. */
  constructor(sessions: readonly Session[] = []) {
    for (const session of [...sessions].sort((a, b) => a.lastUse - b.lastUse)) this.add(session);
  }

  get count(): number {
    return this.#byUse.size;
  }

  /** Cached replies of all sessions. */
  get replyCount(): number {
    return this.#replyCount;
  }

  get replyBytes(): number {
    return this.#replyBytes;
  }

  get oldest(): Session | undefined {
    return firstOf(this.#byUse);
  }

  get(id: SessionId): Session | undefined {
    return this.#byUse.get(id);
  }

  countOf(owner: string | undefined): number {
    return this.#byOwner.get(owner)?.size ?? 0;
  }

  oldestOf(owner: string | undefined): Session | undefined {
    const sessions = this.#byOwner.get(owner);
    return sessions && firstOf(sessions);
  }

  add(session: Session): void {
    this.#replyCount += session.cachedReplyCount;
    this.#replyBytes += session.cachedReplyBytes;
    this.#link(session);
  }

  delete(session: Session): void {
    this.#replyCount -= session.cachedReplyCount;
    this.#replyBytes -= session.cachedReplyBytes;
    this.#byUse.delete(session.id);
    const others = this.#byOwner.get(session.owner);
    others?.delete(session.id);
    if (others?.size === 0) this.#byOwner.delete(session.owner);
  }

  /** The session is the one used last. */
  moveToEnd(session: Session): void {
    if (session === this.#latest) return;
    this.#latest = session;
    this.#byUse.delete(session.id);
    this.#byOwner.get(session.owner)?.delete(session.id);
    this.#link(session);
  }

  /** Runs `action`, which may change the replies that the session caches. */
  change<T>(session: Session, action: () => T): T {
    const [count, bytes] = [session.cachedReplyCount, session.cachedReplyBytes];
    const result = action();
    this.#replyCount += session.cachedReplyCount - count;
    this.#replyBytes += session.cachedReplyBytes - bytes;
    return result;
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#byUse.values();
  }

  #link(session: Session): void {
    this.#byUse.set(session.id, session);
    const sessions = this.#byOwner.get(session.owner);
    if (sessions === undefined) this.#byOwner.set(session.owner, new Map([[session.id, session]]));
    else sessions.set(session.id, session);
  }
}

function firstOf(sessions: Ordered): Session | undefined {
  return sessions.values().next().value;
}
