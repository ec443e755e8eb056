/**
 * Sessions: make a stamped write take effect once in the store, however often it is delivered. They are
 * replicated state: the log alone determines which sessions exist and which replies they keep.
 *
 * Replies to gets are not cached, so that the cache stays small. A repeated get is executed again: it changes
 * nothing, and a later reply is as good as the lost one.
 */
import { strict as assert } from 'node:assert';
import {
  isWriteReply,
  type Principal,
  type Refusal,
  type Reply,
  type SessionId,
  type Stamp,
} from '@paxkv/protocol';
import type { LoggedRequest } from '../batch.ts';
import type { CacheSlot } from '../store/cached-entry.ts';
import type { Applying, StoreCommand } from '../store/commands/effect.ts';
import { digestOf } from './command-digest.ts';
import { keptPart } from './kept-reply.ts';
import { isUserOwner, localOwner, type Opening, sessionIdOf, userOwner } from './opening.ts';
import { Session } from './session.ts';
import { SessionTable } from './session-table.ts';

export interface SessionLimits {
  readonly sessionCountMax: number;
  /** Cached replies of all sessions together. More than the window of one session. */
  readonly cachedReplyCountMax: number;
  /** From feature level 2 on: sessions of one owner. */
  readonly ownerSessionCountMax: number;
  /** From feature level 2 on: about how many bytes the cached replies take, of all sessions and of one. */
  readonly cachedReplyBytesMax: number;
  readonly sessionReplyBytesMax: number;
}

/** These limits are part of the log format: replicas with different limits would diverge. */
export const sessionLimits: SessionLimits = {
  sessionCountMax: 10_000,
  cachedReplyCountMax: 500_000,
  ownerSessionCountMax: 5_000,
  cachedReplyBytesMax: 16 * 1024 * 1024,
  sessionReplyBytesMax: 96 * 1024,
};

/** Counters that the log determines. */
export interface SessionCounts {
  /** The number of the next session, from 1. At feature level 1 it is the id of that session. */
  readonly next: number;
  /** How often sessions were opened or used, all together. */
  readonly uses: number;
}

export interface SessionsOptions {
  /** The incarnation of the cluster, if it has one. Sessions have random ids and owners then. */
  readonly incarnation?: string | undefined;
  readonly limits?: SessionLimits | undefined;
}

export class Sessions {
  readonly #limits: SessionLimits;
  readonly #table: SessionTable;
  readonly #changed = new Set<SessionId>();
  #incarnation: string | undefined;
  #next: number;
  #uses: number;

  /** `sessions` may be in any order, since each knows its last use. */
  constructor(
    counts: SessionCounts,
    sessions: readonly Session[] = [],
    { incarnation, limits = sessionLimits }: SessionsOptions = {},
  ) {
    this.#limits = limits;
    this.#incarnation = incarnation;
    this.#next = counts.next;
    this.#uses = counts.uses;
    this.#table = new SessionTable(sessions);
  }

  get count(): number {
    return this.#table.count;
  }

  get counts(): SessionCounts {
    return { next: this.#next, uses: this.#uses };
  }

  get incarnation(): string | undefined {
    return this.#incarnation;
  }

  /**
   * The cluster gets this incarnation, unless it has one or `incarnation` is `undefined`. All sessions end: their ids
   * are those of a lower feature level, which others can guess, or of another cluster.
   */
  found(incarnation: string | undefined): void {
    if (this.#incarnation !== undefined || incarnation === undefined) return;
    this.#incarnation = incarnation;
    for (const session of [...this.#table]) this.#evict(session);
  }

  /** Applies one request to the sessions and the store. `slots`: the cache slots of its keys. */
  apply(request: LoggedRequest, slots: readonly CacheSlot[], store: Applying): Reply {
    const { command, stamp, principal, opening } = request;
    if (command.type === 'openSession') return this.#open(command.client, opening);
    if (stamp === undefined) return store.apply(command, slots, ownerOf(principal, undefined));
    return this.#applyStamped({ command, stamp, principal, slots }, store);
  }

  /** All sessions opened, used or evicted since the last call; `undefined` for an evicted one. */
  takeChanges(): readonly (readonly [id: SessionId, session: Session | undefined])[] {
    const changes = [...this.#changed].map((id) => [id, this.#table.get(id)] as const);
    this.#changed.clear();
    return changes;
  }

  #open(client: string, opening: Opening | undefined): Reply {
    assert(this.#next < Number.MAX_SAFE_INTEGER, 'sessions are counted exactly');
    const session = this.#newSession(client, opening);
    // The server proposed it before the cluster had an incarnation, and proposes it again.
    if (session === undefined) return refused('sessionExpired');
    this.#next += 1;
    this.#table.add(session);
    this.#use(session);
    this.#limit(session);
    return { type: 'openSession', session: session.id };
  }

  #newSession(client: string, opening: Opening | undefined): Session | undefined {
    if (this.#incarnation === undefined) return new Session(this.#next, client);
    if (opening === undefined) return undefined;
    return new Session(sessionIdOf(this.#incarnation, opening, this.#next), client, opening.owner);
  }

  #applyStamped(request: StampedRequest, store: Applying): Reply {
    const { stamp } = request;
    const session = this.#table.get(stamp.session);
    // To everybody else it is as if the session of a user did not exist.
    if (session === undefined || !mayUse(session, request)) return refused('sessionExpired');
    this.#use(session);
    const reply = this.#table.change(session, () => {
      session.raise(stamp.firstOutstanding);
      const once = applyOnce(session, request, store);
      if (this.#hasOwners) session.limitReplies(this.#limits.sessionReplyBytesMax);
      return once;
    });
    this.#limit(session);
    return reply;
  }

  get #hasOwners(): boolean {
    return this.#incarnation !== undefined;
  }

  #use(session: Session): void {
    assert(this.#uses < Number.MAX_SAFE_INTEGER, 'uses are counted exactly');
    this.#uses += 1;
    session.touch(this.#uses);
    this.#changed.add(session.id);
    this.#table.moveToEnd(session);
  }

  /**
   * Evicts sessions until all bounds hold. The owner of `used`, which was opened or used last, loses its own least
   * recently used ones first: nobody evicts the sessions of others with more than one session.
   */
  #limit(used: Session): void {
    const { ownerSessionCountMax } = this.#limits;
    while (this.#hasOwners && this.#table.countOf(used.owner) > ownerSessionCountMax) {
      this.#evict(this.#table.oldestOf(used.owner));
    }
    while (this.#isOverLimit()) {
      const own = this.#hasOwners ? this.#table.oldestOf(used.owner) : undefined;
      this.#evict(own === undefined || own === used ? this.#table.oldest : own);
    }
  }

  #evict(session: Session | undefined): void {
    assert(session !== undefined, 'there is a session to evict');
    this.#table.delete(session);
    this.#changed.add(session.id);
  }

  #isOverLimit(): boolean {
    const { sessionCountMax, cachedReplyCountMax, cachedReplyBytesMax } = this.#limits;
    const { count, replyCount, replyBytes } = this.#table;
    if (count > sessionCountMax || replyCount > cachedReplyCountMax) return true;
    return this.#hasOwners && replyBytes > cachedReplyBytesMax;
  }
}

interface StampedRequest {
  readonly command: StoreCommand;
  readonly stamp: Stamp;
  readonly principal: Principal | undefined;
  readonly slots: readonly CacheSlot[];
}

/** A user has one name, while the address of a client may change. */
function mayUse({ owner }: Session, { principal }: StampedRequest): boolean {
  if (owner === undefined || !isUserOwner(owner)) return true;
  return principal !== undefined && owner === userOwner(principal);
}

function applyOnce(
  session: Session,
  { command, stamp, principal, slots }: StampedRequest,
  store: Applying,
): Reply {
  if (!session.admits(stamp.number)) return refused('outsideWindow');
  const digest = digestOf(command);
  const { number } = stamp;
  const cached = session.cachedReply(number);
  if (cached?.digest === digest) return cached.reply;
  if (cached !== undefined) return refused('numberReused');
  const reply = store.apply(command, slots, ownerOf(principal, session));
  if (isWriteReply(reply)) {
    session.cacheReply({ number, digest, reply: keptPart(reply, session.cachedReplyBytes) });
  }
  return reply;
}

/** The owner of the leases that a request makes. Several clients without users may have one address, and so one owner. */
function ownerOf(principal: Principal | undefined, session: Session | undefined): string {
  return principal === undefined ? (session?.owner ?? localOwner) : userOwner(principal);
}

function refused(reason: Refusal): Reply {
  return { type: 'refused', reason };
}
