/** Settings and results of a benchmark for tests of its reports. */
import type { BenchResult } from 'paxkv/internal/bench/run-bench';
import type { BenchSettings } from 'paxkv/internal/bench/settings';

export const settings: BenchSettings = {
  mix: { get: 0, put: 1 },
  distribution: 'uniform',
  consistency: 'linearizable',
  keyCount: 1000,
  keyBytes: 16,
  valueBytes: 128,
  inFlight: 64,
  clientCount: 1,
  transport: 'stream',
  seconds: 10,
  warmUpSeconds: 1,
  isFilled: true,
  seed: 1,
};

export const result: BenchResult = {
  answered: 12_345,
  seconds: 10,
  perSecond: 1234.5,
  failures: {},
  unsent: 0,
  absent: 0,
  generatorShare: 0.25,
  latencyMs: { p50: 0.4123, p90: 4.123, p99: 41.23, p99_9: 412.3, max: 4123, mean: 5 },
  histogram: [
    { fromMs: 0.1, toMs: 0.2, count: 1 },
    { fromMs: 0.2, toMs: 0.4, count: 10_000 },
  ],
  rateOverTime: { intervalMs: 100, perSecond: [1000, 1500] },
};
