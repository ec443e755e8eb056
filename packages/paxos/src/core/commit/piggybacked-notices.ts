/**
 * Piggybacked commit notices: decisions of a leader that wait for an Accept to carry them to the others.
 * Even with a single client that keeps writing, the leader sends its next Accept soon, so most notices
 * need no message of their own.
 */
import type { PeerId } from '../ballot.ts';
import type { Outcome } from '../messages/commit.ts';
import { type MessageLimits, messageLimitsDefault } from '../messages/message-limits.ts';

/** How long a notice waits for an Accept. */
const delayMsMax = 3;
/** How long a notice waits for an Accept while another host waits for the decision. */
const awaitedDelayMsMax = 1;

export class PiggybackedNotices {
  readonly #unsent: ReadonlyMap<PeerId, Outcome[]>;
  readonly #outcomeCountMax: number;
  #wakeAt: number | undefined;

  /** `outcomeCountMax`: how many notices one Accept carries, from 1. */
  constructor(
    others: readonly PeerId[],
    { outcomeCountMax }: Pick<MessageLimits, 'outcomeCountMax'> = messageLimitsDefault,
  ) {
    this.#outcomeCountMax = outcomeCountMax;
    this.#unsent = new Map(others.map((to) => [to, []]));
  }

  add(outcome: Outcome, now: number): void {
    for (const outcomes of this.#unsent.values()) outcomes.push(outcome);
    this.#wakeAt ??= now + delayMsMax;
  }

  /** Another host waits for one of these decisions. */
  flushSoon(now: number): void {
    if (this.#wakeAt !== undefined) this.#wakeAt = Math.min(this.#wakeAt, now + awaitedDelayMsMax);
  }

  /** Removes and returns the notices for one Accept to `to`. They count as sent. */
  take(to: PeerId): readonly Outcome[] {
    const taken = this.#unsent.get(to)?.splice(0, this.#outcomeCountMax) ?? [];
    if (this.#isAllSent()) this.#wakeAt = undefined;
    return taken;
  }

  /** Removes and returns the notices that no Accept carried, by receiver. They count as sent. */
  takeAll(): [PeerId, readonly Outcome[]][] {
    this.#wakeAt = undefined;
    return [...this.#unsent].map(([to, outcomes]) => [to, outcomes.splice(0)]);
  }

  /** When the oldest notice has waited long enough. */
  wakeAt(): number | undefined {
    return this.#wakeAt;
  }

  snapshot() {
    return { unsent: [...this.#unsent], wakeAt: this.#wakeAt };
  }

  resume({ unsent, wakeAt }: ReturnType<PiggybackedNotices['snapshot']>): void {
    for (const [to, outcomes] of unsent) this.#unsent.get(to)?.splice(0, Infinity, ...outcomes);
    this.#wakeAt = wakeAt;
  }

  #isAllSent(): boolean {
    for (const outcomes of this.#unsent.values()) if (outcomes.length > 0) return false;
    return true;
  }
}
