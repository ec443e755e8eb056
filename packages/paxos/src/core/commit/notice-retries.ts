/**
 * Repeats commit notices that did not reach their receiver.
 *
 * Without the notice, a peer that voted would have to ask for the decision. Repetition covers short
 * outages only: a peer that is away for longer catches up when it returns.
 */
import type { PeerId } from '../ballot.ts';
import type { Decided } from '../messages/commit.ts';
import { earliest, type RetryDelays } from '../timeouts.ts';

/** How often the notice of one decision is sent again to one peer. */
const attemptCountMax = 8;
/** How many undelivered notices are remembered; the oldest are dropped first. */
const noticeCountMax = 64;

/** A commit notice that did not reach one peer. */
export interface UndeliveredNotice<V> {
  readonly to: PeerId;
  readonly notice: Decided<V>;
  readonly attempt: number;
  /** When the notice is sent again. Absent while the last attempt may still reach the peer. */
  readonly wakeAt: number | undefined;
}

export class NoticeRetries<V> {
  readonly #delays: RetryDelays;
  readonly #undelivered = new Map<string, UndeliveredNotice<V>>();

  constructor(delays: RetryDelays) {
    this.#delays = delays;
  }

  onUndeliverable(to: PeerId, notice: Decided<V>, now: number): void {
    const key = `${to}:${notice.seq}`;
    const attempt = (this.#undelivered.get(key)?.attempt ?? 0) + 1;
    this.#undelivered.delete(key);
    if (attempt > attemptCountMax) return;
    const wakeAt = now + this.#delays.beforeRetry(attempt);
    this.#undelivered.set(key, { to, notice, attempt, wakeAt });
    for (const oldest of this.#undelivered.keys()) {
      if (this.#undelivered.size <= noticeCountMax) break;
      this.#undelivered.delete(oldest);
    }
  }

  /** Removes and returns the notices that are due. */
  takeDue(now: number): Pick<UndeliveredNotice<V>, 'to' | 'notice'>[] {
    const due = [...this.#undelivered].filter(
      ([, { wakeAt }]) => wakeAt !== undefined && wakeAt <= now,
    );
    for (const [key, notice] of due) this.#undelivered.set(key, { ...notice, wakeAt: undefined });
    return due.map(([, { to, notice }]) => ({ to, notice }));
  }

  wakeAt(): number | undefined {
    return earliest([...this.#undelivered.values()].map(({ wakeAt }) => wakeAt));
  }

  snapshot() {
    return [...this.#undelivered];
  }

  resume(undelivered: ReturnType<NoticeRetries<V>['snapshot']>): void {
    this.#undelivered.clear();
    for (const [key, { to, notice, attempt, wakeAt }] of undelivered) {
      this.#undelivered.set(key, { to, notice, attempt, wakeAt });
    }
  }
}
