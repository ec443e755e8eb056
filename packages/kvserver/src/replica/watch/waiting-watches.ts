/**
 * Waiting watches: wakes those who wait for a change of a range. What they cost is bounded: all names that changed since
 * the last round are looked at together, and rounds are so far apart that they take a fifth of the time at most.
 */
import type { Clock } from '@paxkv/paxos';
import { KvError } from '@paxkv/protocol';
import type { RecentChanges } from '../../state-machine/store/changes/recent-changes.ts';
import { isInRange, type NameRange } from '../../state-machine/store/ranges/name-range.ts';
import { onAbort, removeAbortCallback } from '../requests/pending-request.ts';

/** After a round that took a while, there is none for so many times as long. */
const restFactor = 4;

interface Waiting {
  readonly range: NameRange;
  readonly dueMs: number;
  readonly resolve: (seenRevision: number) => void;
  readonly reject: (error: KvError) => void;
}

/** The part of a state that tells which keys have changed. */
export interface ChangedState {
  readonly revision: number;
  readonly recentChanges: Pick<RecentChanges, 'namesAfter' | 'since'>;
}

export interface WaitOptions {
  /** When the wait ends, in milliseconds of the clock. */
  readonly dueMs: number;
  readonly signal: AbortSignal | undefined;
}

export class WaitingWatches {
  readonly #clock: Clock;
  readonly #machine: () => ChangedState;
  readonly #all = new Set<Waiting>();
  /** Those who wait have looked at the changes up to here themselves, or a round has for them. */
  #seenRevision = 0;
  #isScheduled = false;
  #restUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, machine: () => ChangedState) {
    this.#clock = clock;
    this.#machine = machine;
  }

  get count(): number {
    return this.#all.size;
  }

  /**
   * Resolves when a key of the range may have changed, or the time is over: with a revision up to which none has. The
   * caller has looked at all changes so far.
   *
   * @throws KvError `KV_ABORTED` if the signal fires, `KV_UNAVAILABLE` after `interruptAll`; both *not done*
   */
  async add(range: NameRange, { dueMs, signal }: WaitOptions): Promise<number> {
    if (this.#all.size === 0) this.#seenRevision = this.#machine().revision;
    let end = () => {};
    try {
      return await new Promise<number>((resolve, reject) => {
        const waiting = { range, dueMs, resolve, reject };
        const cancelTimer = this.#clock.at(dueMs, () => resolve(this.#seenRevision));
        this.#all.add(waiting);
        const slot = signal && onAbort(signal, (errors) => reject(errors.of('not done')));
        end = () => {
          cancelTimer();
          if (signal !== undefined && slot !== undefined) removeAbortCallback(signal, slot);
          this.#all.delete(waiting);
        };
      });
    } finally {
      end();
    }
  }

  /** The state has advanced. */
  onApplied(): void {
    if (this.#all.size === 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.at(Math.max(this.#clock.now(), this.#restUntilMs), () => this.#round());
  }

  /** Ends every wait with `KV_UNAVAILABLE`. */
  interruptAll(message: string): void {
    for (const { reject } of this.#all) {
      reject(new KvError('KV_UNAVAILABLE', message, { outcome: 'not done' }));
    }
  }

  #round(): void {
    this.#isScheduled = false;
    const begunMs = this.#clock.now();
    const { recentChanges, revision } = this.#machine();
    const seen = this.#seenRevision;
    const names = recentChanges.namesAfter(seen);
    // Those whose changes were gone before they were woken have to learn it.
    const isComplete = seen >= recentChanges.since;
    this.#seenRevision = revision;
    for (const { range, resolve } of this.#all) {
      if (!isComplete || hasAny(range, names)) resolve(seen);
    }
    const endedMs = this.#clock.now();
    this.#restUntilMs = endedMs + restFactor * (endedMs - begunMs);
  }
}

function hasAny(range: NameRange, names: ReadonlySet<string>): boolean {
  if (range.end === `${range.first}\0`) return names.has(range.first);
  for (const name of names) if (isInRange(range, name)) return true;
  return false;
}
