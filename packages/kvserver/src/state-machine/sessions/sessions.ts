/**
 * Sessions: make a stamped write take effect once in the store, however often it is delivered. They are
 * replicated state: the log alone determines which sessions exist and which replies they keep.
 *
 * Replies to gets are not cached, so that the cache stays small. A repeated get is executed again: it changes
 * nothing, and a later reply is as good as the lost one.
 */
import assert from 'node:assert/strict';
import { isWriteReply, type Refusal, type Reply, type Request, type Stamp } from '@paxkv/protocol';
import type { CacheSlot } from '../store/cached-entry.ts';
import type { Applying, KeyCommand } from '../store/commands/effect.ts';
import { digestOf } from './command-digest.ts';
import { Session } from './session.ts';

export interface SessionLimits {
  readonly sessionCountMax: number;
  /** Cached replies of all sessions together. More than the window of one session. */
  readonly cachedReplyCountMax: number;
}

/** These limits are part of the log format: replicas with different limits would diverge. */
export const sessionLimits: SessionLimits = {
  sessionCountMax: 10_000,
  cachedReplyCountMax: 500_000,
};

/** Counters that the log determines. */
export interface SessionCounts {
  /** The id of the next session, from 1. No id is given twice. */
  readonly next: number;
  /** How often sessions were opened or used, all together. */
  readonly uses: number;
}

export class Sessions {
  readonly #limits: SessionLimits;
  /** The least recently used session first. */
  readonly #byUse = new Map<number, Session>();
  readonly #changed = new Set<number>();
  #next: number;
  #uses: number;
  #cachedReplyCount = 0;
  #latest: Session | undefined;

  /** `sessions` may be in any order, since each knows its last use. */
  constructor(counts: SessionCounts, sessions: readonly Session[] = [], limits = sessionLimits) {
    this.#limits = limits;
    this.#next = counts.next;
    this.#uses = counts.uses;
    for (const session of [...sessions].sort((a, b) => a.lastUse - b.lastUse)) {
      this.#byUse.set(session.id, session);
      this.#cachedReplyCount += session.cachedReplyCount;
    }
  }

  get count(): number {
    return this.#byUse.size;
  }

  get counts(): SessionCounts {
    return { next: this.#next, uses: this.#uses };
  }

  /** Applies one request to the sessions and the store. `slot`: the cache slot of its key, if it has a key. */
  apply({ command, stamp }: Request, slot: CacheSlot | undefined, store: Applying): Reply {
    if (command.type === 'openSession') return this.#open(command.client);
    if (stamp === undefined) return store.apply(command, slot);
    return this.#applyStamped({ command, stamp, slot }, store);
  }

  /** All sessions opened, used or evicted since the last call; `undefined` for an evicted one. */
  takeChanges(): readonly (readonly [id: number, session: Session | undefined])[] {
    const changes = [...this.#changed].map((id) => [id, this.#byUse.get(id)] as const);
    this.#changed.clear();
    return changes;
  }

  #open(client: string): Reply {
    assert(this.#next < Number.MAX_SAFE_INTEGER, 'session ids are exact integers');
    const session = new Session(this.#next, client);
    this.#next += 1;
    this.#use(session);
    this.#evictOldest();
    return { type: 'openSession', session: session.id };
  }

  #applyStamped(request: StampedRequest, store: Applying): Reply {
    const { stamp } = request;
    const session = this.#byUse.get(stamp.session);
    if (session === undefined) return refused('sessionExpired');
    this.#use(session);
    const countBefore = session.cachedReplyCount;
    session.raise(stamp.firstOutstanding);
    const reply = applyOnce(session, request, store);
    this.#cachedReplyCount += session.cachedReplyCount - countBefore;
    this.#evictOldest();
    return reply;
  }

  #use(session: Session): void {
    assert(this.#uses < Number.MAX_SAFE_INTEGER, 'uses are counted exactly');
    this.#uses += 1;
    session.touch(this.#uses);
    this.#changed.add(session.id);
    if (session === this.#latest) return;
    this.#latest = session;
    this.#byUse.delete(session.id);
    this.#byUse.set(session.id, session);
  }

  #evictOldest(): void {
    if (!this.#isOverLimit()) return;
    for (const session of this.#byUse.values()) {
      if (!this.#isOverLimit()) return;
      this.#byUse.delete(session.id);
      this.#cachedReplyCount -= session.cachedReplyCount;
      this.#changed.add(session.id);
    }
  }

  #isOverLimit(): boolean {
    const { sessionCountMax, cachedReplyCountMax } = this.#limits;
    return this.count > sessionCountMax || this.#cachedReplyCount > cachedReplyCountMax;
  }
}

interface StampedRequest {
  readonly command: KeyCommand;
  readonly stamp: Stamp;
  readonly slot: CacheSlot | undefined;
}

function applyOnce(
  session: Session,
  { command, stamp, slot }: StampedRequest,
  store: Applying,
): Reply {
  if (!session.admits(stamp.number)) return refused('outsideWindow');
  const digest = digestOf(command);
  const { number } = stamp;
  const cached = session.cachedReply(number);
  if (cached?.digest === digest) return cached.reply;
  if (cached !== undefined) return refused('numberReused');
  const reply = store.apply(command, slot);
  if (isWriteReply(reply)) session.cacheReply({ number, digest, reply });
  return reply;
}

function refused(reason: Refusal): Reply {
  return { type: 'refused', reason };
}
