/** The results of the benchmark as plain data: `--json` prints them and the tables show them. */
import { type Latencies, toLatencies } from 'paxkv/internal/bench/report/figures';
import type { ClientLoadResult } from './load.ts';

/** `spread`: clients are spread over all three servers, which then compete for instances. */
export type Placement = 'spread' | 'one server';

export interface LoadFigures {
  readonly kind: 'put' | 'get';
  readonly placement: Placement;
  readonly clientCount: number;
  readonly perSecond: number;
  readonly latencyMs: Latencies;
  /** Answered requests of the slowest, the median and the fastest client. */
  readonly perClient: Readonly<Record<'min' | 'median' | 'max', number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly generatorShare: number;
}

/** Resident bytes of each node, by node id, after this number of puts. */
export interface MemoryReading {
  readonly putCount: number;
  readonly residentBytes: readonly number[];
}

export interface Machine {
  readonly cpu: string;
  readonly coreCount: number;
  readonly node: string;
  readonly commit: string;
  readonly date: string;
}

export interface Results {
  readonly machine: Machine;
  readonly seconds: number;
  readonly valueBytes: number;
  readonly memory: readonly MemoryReading[];
  readonly loads: readonly LoadFigures[];
}

export function toFigures(
  of: Pick<LoadFigures, 'kind' | 'placement' | 'clientCount'>,
  result: ClientLoadResult,
): LoadFigures {
  const { histogram, answeredCount, elapsedMs, laneCounts, failures, generatorShare } = result;
  return {
    ...of,
    perSecond: (answeredCount / elapsedMs) * 1000,
    latencyMs: toLatencies(histogram),
    perClient: spanOf(laneCounts),
    failures: Object.fromEntries(failures),
    generatorShare,
  };
}

function spanOf(counts: readonly number[]): LoadFigures['perClient'] {
  const sorted = [...counts].sort((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { min: at(0), median: at(0.5), max: at(1) };
}
