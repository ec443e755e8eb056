/**
 * The rows of all sessions of one state: what each says, and what all of them have in common.
 * Rule: what is accepted here can be loaded, used and evicted.
 */
import { type Bytes, isId128, type SessionId } from '@paxkv/protocol';
import { Session } from '../../state-machine/sessions/session.ts';
import { sessionLimits } from '../../state-machine/sessions/sessions.ts';
import { StateError } from '../../state-machine/state-error.ts';
import type { Position } from '../../state-machine/state-store.ts';
import { fromSessionKey } from './row-keys.ts';
import { unseal } from './rows.ts';

const { sessionCountMax, cachedReplyCountMax, cachedReplyBytesMax } = sessionLimits;

export class SessionRows {
  readonly #uses = new Set<number>();
  #latestUse = 0;
  #highestNumber = 0;
  #numberedCount = 0;
  #replyCount = 0;
  #replyBytes = 0;

  /** Reads the next row, in any order. @throws StateError `STATE_DAMAGED` */
  take(key: Bytes, row: Bytes): Session {
    const session = unseal(key, row, (fields) => Session.fromRow(toId(key), fields));
    this.#count(session);
    return session;
  }

  /** Called after the last row. @throws StateError `STATE_DAMAGED` unless a state at `position` may have all of them. */
  finish({ sessions: { next, uses }, incarnation }: Position): void {
    expect(this.#latestUse <= uses, 'a session was used later than any session was');
    expect(this.#highestNumber < next, 'a session was opened later than any session was');
    const expected = incarnation === undefined ? this.#uses.size : 0;
    expect(this.#numberedCount === expected, 'the ids of sessions are not those of its level');
    const isWithin = incarnation === undefined || this.#replyBytes <= cachedReplyBytesMax;
    expect(isWithin, 'sessions keep more bytes of replies than they may');
  }

  #count({ id, lastUse, cachedReplyCount, cachedReplyBytes }: Session): void {
    expect(!this.#uses.has(lastUse), 'two sessions were used at the same time');
    this.#uses.add(lastUse);
    this.#latestUse = Math.max(this.#latestUse, lastUse);
    if (typeof id === 'number') {
      this.#highestNumber = Math.max(this.#highestNumber, id);
      this.#numberedCount += 1;
    }
    this.#replyCount += cachedReplyCount;
    this.#replyBytes += cachedReplyBytes;
    expect(this.#uses.size <= sessionCountMax, 'there are more sessions than there may be');
    expect(this.#replyCount <= cachedReplyCountMax, 'sessions keep more replies than they may');
  }
}

function toId(key: Bytes): SessionId {
  const id = fromSessionKey(key);
  const isId = typeof id === 'number' ? Number.isSafeInteger(id) && id > 0 : isId128(id);
  if (isId) return id;
  throw new TypeError('The key names no session.');
}

function expect(isRight: boolean, what: string): void {
  if (!isRight) throw new StateError('STATE_DAMAGED', `The state is damaged: ${what}.`);
}
