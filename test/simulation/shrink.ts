/**
 * Shrinks a failing run: leaves out hazards, then single faults, and ends it early, as long as the same rule
 * is broken. What is left is what the failure needs.
 */
import type { SeedResult } from './run-seed.ts';
import type { Narrowing } from './schedule/narrow.ts';
import { narrow } from './schedule/narrow.ts';
import type { Schedule } from './schedule/schedule.ts';
import type { Failure } from './verdict.ts';

const runCountMax = 200;

export interface Failing {
  readonly narrowing: Narrowing;
  readonly failure: Failure;
}

export class Shrinking {
  readonly #schedule: Schedule;
  readonly #run: (narrowing: Narrowing) => Promise<SeedResult>;
  #best: Failing;
  #runCount = 0;

  /** `schedule` is the full one; `run` runs it narrowed. */
  constructor(
    schedule: Schedule,
    failing: Failing,
    run: (narrowing: Narrowing) => Promise<SeedResult>,
  ) {
    this.#schedule = schedule;
    this.#best = failing;
    this.#run = run;
  }

  /** The smallest run found that breaks the same rule. */
  async run(): Promise<Failing> {
    await this.#endEarly();
    await this.#dropKinds();
    await this.#dropFaults();
    await this.#endEarly();
    return this.#best;
  }

  async #endEarly(): Promise<void> {
    const untilMs = Math.ceil(this.#best.failure.atMs);
    if (untilMs < this.#left.durationMs) await this.#try({ ...this.#best.narrowing, untilMs });
  }

  async #dropKinds(): Promise<void> {
    for (const kind of this.#left.hazards) {
      const { without = [] } = this.#best.narrowing;
      await this.#try({ ...this.#best.narrowing, without: [...without, kind] });
    }
  }

  /** Leaves out half of them at a time, then a quarter, down to one. */
  async #dropFaults(): Promise<void> {
    for (let size = this.#places.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < this.#places.length; ) {
        const places = this.#places;
        const only = [...places.slice(0, at), ...places.slice(at + size)];
        if (!(await this.#try({ ...this.#best.narrowing, only }))) at += size;
      }
    }
  }

  /** The schedule without what was found unnecessary. */
  get #left(): Schedule {
    return narrow(this.#schedule, this.#best.narrowing);
  }

  /** The places of the faults that are left in the full schedule. */
  get #places(): number[] {
    const { faults } = this.#left;
    return faults.map((fault) => this.#schedule.faults.indexOf(fault));
  }

  /** Whether the run still breaks the same rule; if so it is the best so far. */
  async #try(narrowing: Narrowing): Promise<boolean> {
    if (this.#runCount >= runCountMax) return false;
    this.#runCount += 1;
    const { failure } = await this.#run(narrowing);
    if (failure?.invariant !== this.#best.failure.invariant) return false;
    this.#best = { narrowing, failure };
    return true;
  }
}
