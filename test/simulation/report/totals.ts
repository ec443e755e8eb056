/** Sums over many runs. */
import type { SeedResult } from '../run-seed.ts';
import type { Narrowing } from '../schedule/narrow.ts';
import type { Failure } from '../verdict.ts';

export interface CounterTotal {
  /** How often it happened, over all runs. */
  readonly count: number;
  /** The number of runs in which it happened. */
  readonly seedCount: number;
}

/** A seed in which an invariant was violated. */
export interface FailedSeed {
  readonly seed: number;
  readonly narrowing: Narrowing;
  readonly failure: Failure;
}

export class Totals {
  readonly #counters = new Map<string, CounterTotal>();
  readonly #failed: FailedSeed[] = [];
  readonly #faultCounts: number[] = [];
  readonly #startMs = performance.now();
  readonly #startUsage = process.cpuUsage();
  #seedCount = 0;
  #simulatedMs = 0;
  #operationCount = 0;

  /** `narrowing`: with which the seed was run. */
  add({ seed, failure, counters, ...result }: SeedResult, narrowing: Narrowing = {}): void {
    this.#seedCount += 1;
    this.#simulatedMs += result.simulatedMs;
    this.#operationCount += result.operationCount;
    this.#faultCounts.push(result.faultCount);
    if (failure !== undefined) this.#failed.push({ seed, narrowing, failure });
    for (const [name, count] of Object.entries(counters)) {
      const before = this.#counters.get(name) ?? { count: 0, seedCount: 0 };
      const seedCount = before.seedCount + (count > 0 ? 1 : 0);
      this.#counters.set(name, { count: before.count + count, seedCount });
    }
  }

  get seedCount(): number {
    return this.#seedCount;
  }

  get failed(): readonly FailedSeed[] {
    return this.#failed;
  }

  get simulatedMs(): number {
    return this.#simulatedMs;
  }

  /** Wall-clock time since these totals began. */
  get realMs(): number {
    return performance.now() - this.#startMs;
  }

  /** Processor time of all threads since these totals began. */
  get processorMs(): number {
    const { user, system } = process.cpuUsage(this.#startUsage);
    return (user + system) / 1000;
  }

  /** In the order in which a run reports them. */
  get counters(): ReadonlyMap<string, CounterTotal> {
    return this.#counters;
  }

  get faultCountMedian(): number {
    const sorted = this.#faultCounts.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }

  get faultCount(): number {
    return this.#faultCounts.reduce((sum, count) => sum + count, 0);
  }

  /** How many client calls were checked. */
  get operationCount(): number {
    return this.#operationCount;
  }
}
