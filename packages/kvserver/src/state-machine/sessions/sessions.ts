/**
 * Exactly once, as a wrapper around the store: a stamped write takes effect once, however often it is
 * delivered. Sessions are replicated state: the log alone says which exist and what they remember.
 *
 * Gets are done afresh each time and never remembered: they change nothing, so a later answer is as
 * good as the lost one, and replies kept stay small whatever the values.
 */
import assert from 'node:assert/strict';
import { isWriteReply, type Refusal, type Reply, type Request, type Stamp } from '@paxkv/protocol';
import type { CacheSlot } from '../store/cached-entry.ts';
import type { KeyCommand } from '../store/commands/effect.ts';
import type { Store } from '../store/store.ts';
import { digestOf } from './command-digest.ts';
import { Session } from './session.ts';

export interface SessionLimits {
  readonly sessionCountMax: number;
  /** Replies kept, of all sessions. More than one session alone can keep. */
  readonly cachedReplyCountMax: number;
}

/** Part of what a log means: replicas with other limits would part ways. */
export const sessionLimits: SessionLimits = {
  sessionCountMax: 10_000,
  cachedReplyCountMax: 500_000,
};

/** Counters that the log drives. */
export interface SessionCounts {
  /** The id of the next session. From 1; none is ever given twice. */
  readonly next: number;
  /** How often any session was opened or used. */
  readonly uses: number;
}

export class Sessions {
  readonly #limits: SessionLimits;
  /** The least recently used first. */
  readonly #byUse = new Map<number, Session>();
  readonly #changed = new Set<number>();
  #next: number;
  #uses: number;
  #deedCount = 0;
  #latest: Session | undefined;

  /** `sessions` in any order: each knows when it was last used. */
  constructor(counts: SessionCounts, sessions: readonly Session[] = [], limits = sessionLimits) {
    this.#limits = limits;
    this.#next = counts.next;
    this.#uses = counts.uses;
    for (const session of [...sessions].sort((a, b) => a.lastUse - b.lastUse)) {
      this.#byUse.set(session.id, session);
      this.#deedCount += session.cachedReplyCount;
    }
  }

  get count(): number {
    return this.#byUse.size;
  }

  get counts(): SessionCounts {
    return { next: this.#next, uses: this.#uses };
  }

  /** How one request changes the sessions and the store, and its reply. `place` is that of its key, if it has one. */
  apply({ command, stamp }: Request, place: CacheSlot | undefined, store: Store): Reply {
    if (command.type === 'openSession') return this.#open(command.client);
    if (stamp === undefined) return store.apply(command, place);
    return this.#applyStamped({ command, stamp, place }, store);
  }

  /** Every session opened, used or put out since this was last asked; `undefined` for one put out. */
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
    this.#putOutOldest();
    return { type: 'openSession', session: session.id };
  }

  #applyStamped(request: StampedRequest, store: Store): Reply {
    const { stamp } = request;
    const session = this.#byUse.get(stamp.session);
    if (session === undefined) return refused('sessionExpired');
    this.#use(session);
    const deedCountBefore = session.cachedReplyCount;
    session.raise(stamp.firstOutstanding);
    const reply = applyOnce(session, request, store);
    this.#deedCount += session.cachedReplyCount - deedCountBefore;
    this.#putOutOldest();
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

  #putOutOldest(): void {
    if (!this.#isTooMuch()) return;
    for (const session of this.#byUse.values()) {
      if (!this.#isTooMuch()) return;
      this.#byUse.delete(session.id);
      this.#deedCount -= session.cachedReplyCount;
      this.#changed.add(session.id);
    }
  }

  #isTooMuch(): boolean {
    const { sessionCountMax, cachedReplyCountMax } = this.#limits;
    return this.count > sessionCountMax || this.#deedCount > cachedReplyCountMax;
  }
}

interface StampedRequest {
  readonly command: KeyCommand;
  readonly stamp: Stamp;
  readonly place: CacheSlot | undefined;
}

function applyOnce(
  session: Session,
  { command, stamp, place }: StampedRequest,
  store: Store,
): Reply {
  if (!session.admits(stamp.number)) return refused('outsideWindow');
  const digest = digestOf(command);
  const { number } = stamp;
  const deed = session.cachedReply(number);
  if (deed !== undefined) return deed.digest === digest ? deed.reply : refused('numberReused');
  const reply = store.apply(command, place);
  if (isWriteReply(reply)) session.cacheReply({ number, digest, reply });
  return reply;
}

function refused(reason: Refusal): Reply {
  return { type: 'refused', reason };
}
