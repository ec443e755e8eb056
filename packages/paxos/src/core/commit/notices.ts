/**
 * News: tells a decision again to whom the first telling did not reach.
 *
 * A peer that took part and never hears the outcome would have to ask. This only bridges short gaps:
 * who is away for longer catches up when it returns.
 */
import type { PeerId } from '../ballot.ts';
import type { Decided } from '../messages/message.ts';
import type { Patience } from '../timeouts.ts';

/** How often one decision is told to one peer again. */
const attemptCountMax = 8;
/** Tellings remembered at once; the oldest give way. */
const tellingCountMax = 64;

/** A decision that did not reach one peer. */
interface Telling<V> {
  readonly to: PeerId;
  readonly news: Decided<V>;
  readonly attempt: number;
  /** When it is told again; never, while the last attempt may still have reached the peer. */
  readonly wakeAt: number;
}

export class News<V> {
  readonly #patience: Patience;
  readonly #tellings = new Map<string, Telling<V>>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  onUndeliverable(to: PeerId, news: Decided<V>, now: number): void {
    const key = `${to}:${news.seq}`;
    const attempt = (this.#tellings.get(key)?.attempt ?? 0) + 1;
    this.#tellings.delete(key);
    if (attempt > attemptCountMax) return;
    const wakeAt = now + this.#patience.beforeRetry(attempt);
    this.#tellings.set(key, { to, news, attempt, wakeAt });
    for (const oldest of this.#tellings.keys()) {
      if (this.#tellings.size <= tellingCountMax) break;
      this.#tellings.delete(oldest);
    }
  }

  /** What is to be told again now, and to whom. */
  due(now: number): Pick<Telling<V>, 'to' | 'news'>[] {
    const due = [...this.#tellings].filter(([, { wakeAt }]) => wakeAt <= now);
    for (const [key, telling] of due) this.#tellings.set(key, { ...telling, wakeAt: Infinity });
    return due.map(([, { to, news }]) => ({ to, news }));
  }

  wakeAt(): number | undefined {
    let first = Infinity;
    for (const { wakeAt } of this.#tellings.values()) first = Math.min(first, wakeAt);
    return first === Infinity ? undefined : first;
  }
}
