/**
 * Riding news: decisions of a leader that wait for a request on which they can reach the others without
 * a message of their own. A leader asks for votes again soon, even for a single client that writes on and on.
 */
import type { PeerId } from '../ballot.ts';
import { type Outcome, outcomeCountMax } from '../messages/message.ts';

/** The longest that a leader keeps a decision to itself. */
const delayMsMax = 3;
/** The same while somebody waits for it. */
const awaitedDelayMsMax = 1;

export class PiggybackedNotices {
  readonly #untold: ReadonlyMap<PeerId, Outcome[]>;
  #wakeAt: number | undefined;

  constructor(others: readonly PeerId[]) {
    this.#untold = new Map(others.map((to) => [to, []]));
  }

  add(outcome: Outcome, now: number): void {
    for (const outcomes of this.#untold.values()) outcomes.push(outcome);
    this.#wakeAt ??= now + delayMsMax;
  }

  /** Somebody waits for what waits here. */
  flushSoon(now: number): void {
    if (this.#wakeAt !== undefined) this.#wakeAt = Math.min(this.#wakeAt, now + awaitedDelayMsMax);
  }

  /** What rides on a request to `to`: it counts as told. */
  take(to: PeerId): readonly Outcome[] {
    const taken = this.#untold.get(to)?.splice(0, outcomeCountMax) ?? [];
    if (taken.length > 0 && this.#isAllTold()) this.#wakeAt = undefined;
    return taken;
  }

  /** What no request carried away, and whom it is for: it counts as told. */
  takeAll(): [PeerId, readonly Outcome[]][] {
    this.#wakeAt = undefined;
    return [...this.#untold].map(([to, outcomes]) => [to, outcomes.splice(0)]);
  }

  /** When it has waited for long enough. */
  wakeAt(): number | undefined {
    return this.#wakeAt;
  }

  #isAllTold(): boolean {
    for (const outcomes of this.#untold.values()) if (outcomes.length > 0) return false;
    return true;
  }
}
