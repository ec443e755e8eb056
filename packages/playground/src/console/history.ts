/** History: the statuses of the last minutes, the rates between them, and the changes of the leader. */
import type { StatusView } from './status-view.ts';

/** Two minutes at one status a second. */
export const sampleCountMax = 120;
const electionCountMax = 20;

/** What the console draws over time. A rate is absent across a restart of the server. */
export interface Sample {
  readonly atMs: number;
  /** Writes a second: how fast the revision of the store rises. */
  readonly writes: number | undefined;
  /** Instances of the log applied a second. */
  readonly instances: number | undefined;
  readonly pending: number;
  readonly lag: number;
  readonly retained: number;
  readonly residentBytes: number;
  /** The median and the 99th percentile of recent flushes of the journal, in milliseconds. */
  readonly diskMedianMs: number | undefined;
  readonly diskSlowMs: number | undefined;
}

export type Measure = Exclude<keyof Sample, 'atMs'>;

/** A change of the leader between two statuses. `undefined`: none was known. */
export interface LeaderChange {
  readonly atMs: number;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export class History {
  #samples: readonly Sample[] = [];
  #changes: readonly LeaderChange[] = [];
  #last: { readonly status: StatusView; readonly atMs: number } | undefined;

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Latest first. */
  get leaderChanges(): readonly LeaderChange[] {
    return this.#changes;
  }

  /** The measured values, oldest first. */
  valuesOf(measure: Measure): readonly (number | undefined)[] {
    return this.#samples.map((sample) => sample[measure]);
  }

  /** `atMs` rises from call to call. */
  add(status: StatusView, atMs: number): void {
    const before = this.#last;
    const isSameRun = before !== undefined && status.uptimeMs >= before.status.uptimeMs;
    const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1000;
    const rateOf = (measure: 'revision' | 'applied') =>
      isSameRun && seconds > 0
        ? Math.max(0, status[measure] - before.status[measure]) / seconds
        : undefined;
    const { pending, lag, retained, residentBytes, disk } = status;
    const rates = { writes: rateOf('revision'), instances: rateOf('applied') };
    const disks = { diskMedianMs: disk.p50Ms, diskSlowMs: disk.p99Ms };
    const sample = { atMs, ...rates, ...disks, pending, lag, retained, residentBytes };
    this.#samples = [...this.#samples, sample].slice(-sampleCountMax);
    if (before !== undefined && before.status.leader !== status.leader) {
      const change = { atMs, before: before.status.leader, after: status.leader };
      this.#changes = [change, ...this.#changes].slice(0, electionCountMax);
    }
    this.#last = { status, atMs };
  }
}
