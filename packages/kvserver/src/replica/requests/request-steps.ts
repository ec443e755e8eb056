/** RequestSteps: when requests pass the steps to their replies. Requests of one batch share one mark of each step. */
import type { Clock } from '@paxkv/paxos';
import type { StepMark } from '../request-timing.ts';

export class RequestSteps {
  readonly #clock: Clock;
  readonly #flushedMs: () => number;
  /** The decisions that are not applied yet, by instance. */
  readonly #decided = new Map<number, StepMark>();

  /** `flushedMs`: for how long the disk of this server was flushing so far, in milliseconds. */
  constructor(clock: Clock, flushedMs: () => number) {
    this.#clock = clock;
    this.#flushedMs = flushedMs;
  }

  /** This moment. */
  mark(): StepMark {
    return { atMs: this.#clock.now(), flushedMs: this.#flushedMs() };
  }

  onDecided(seq: number): void {
    this.#decided.set(seq, this.mark());
  }

  /** When `seq`, which is applied now, was decided. `undefined`: nobody waited for a decision then. */
  takeDecided(seq: number): StepMark | undefined {
    const mark = this.#decided.get(seq);
    if (mark !== undefined) this.#decided.delete(seq);
    return mark;
  }

  /** The state has skipped the decisions that were not applied. */
  abandon(): void {
    this.#decided.clear();
  }
}
