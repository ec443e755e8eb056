/**
 * News: tells a decision again to whom the first notice did not reach.
 *
 * A peer that took part and never hears the outcome would have to ask. This only bridges short gaps:
 * who is away for longer catches up when it returns.
 */
import type { PeerId } from '../ballot.ts';
import type { Decided } from '../messages/message.ts';
import type { RetryDelays } from '../timeouts.ts';

/** How often one decision is told to one peer again. */
const attemptCountMax = 8;
/** Tellings remembered at once; the oldest give way. */
const noticeCountMax = 64;

/** A decision that did not reach one peer. */
interface PendingNotice<V> {
  readonly to: PeerId;
  readonly notice: Decided<V>;
  readonly attempt: number;
  /** When it is told again; never, while the last attempt may still have reached the peer. */
  readonly wakeAt: number;
}

export class CommitNotices<V> {
  readonly #delays: RetryDelays;
  readonly #pending = new Map<string, PendingNotice<V>>();

  constructor(delays: RetryDelays) {
    this.#delays = delays;
  }

  onUndeliverable(to: PeerId, notice: Decided<V>, now: number): void {
    const key = `${to}:${notice.seq}`;
    const attempt = (this.#pending.get(key)?.attempt ?? 0) + 1;
    this.#pending.delete(key);
    if (attempt > attemptCountMax) return;
    const wakeAt = now + this.#delays.beforeRetry(attempt);
    this.#pending.set(key, { to, notice, attempt, wakeAt });
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= noticeCountMax) break;
      this.#pending.delete(oldest);
    }
  }

  /** What is to be told again now, and to whom. */
  due(now: number): Pick<PendingNotice<V>, 'to' | 'notice'>[] {
    const due = [...this.#pending].filter(([, { wakeAt }]) => wakeAt <= now);
    for (const [key, pending] of due) this.#pending.set(key, { ...pending, wakeAt: Infinity });
    return due.map(([, { to, notice }]) => ({ to, notice }));
  }

  wakeAt(): number | undefined {
    let first = Infinity;
    for (const { wakeAt } of this.#pending.values()) first = Math.min(first, wakeAt);
    return first === Infinity ? undefined : first;
  }
}
