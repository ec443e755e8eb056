/**
 * How many sessions an owner may open: a burst, then so many a second. One that opens more would make the servers
 * write and keep them for nothing, and would evict the idle sessions of the clients behind the same address.
 */
import { KvError } from '@paxkv/protocol';

/** Sessions that an owner may open at once at one server, and how many more each second after that. */
export const openingBurst = 1000;
export const openingsPerSecond = 50;
/** Owners that are remembered. One that is forgotten has its whole burst again. */
const ownerCountMax = 10_000;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export class OpeningLimit {
  readonly #now: () => number;
  /** The owner that opened a session last is the last one. */
  readonly #buckets = new Map<string, Bucket>();

  /** `now`: in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a session that `owner` opens. @throws KvError `KV_OVERLOADED`, *not done* */
  take(owner: string): void {
    const atMs = this.#now();
    const { left: before, atMs: beforeMs } = this.#buckets.get(owner) ?? {
      left: openingBurst,
      atMs,
    };
    const gained = (Math.max(0, atMs - beforeMs) * openingsPerSecond) / 1000;
    const left = Math.min(openingBurst, before + gained);
    if (left < 1) {
      throw new KvError(
        'KV_OVERLOADED',
        `Too many sessions were opened for you: at most ${openingBurst} at once, and ${openingsPerSecond} a second. ` +
          'Use one session for many writes.',
      );
    }
    this.#buckets.delete(owner);
    this.#buckets.set(owner, { left: left - 1, atMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > ownerCountMax && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
