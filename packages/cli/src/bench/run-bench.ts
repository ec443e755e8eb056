/** One benchmark of a cluster: writes the keys, warms up, measures. */
import { type Clock, KvError } from '@paxkv/client';
import { messageOf } from '../cli-error.ts';
import type { ClientTarget } from './client-target.ts';
import type { LoadResult } from './load/load.ts';
import { runLoad } from './load/run-load.ts';
import { type Figures, toFigures } from './report/figures.ts';
import type { BenchSettings } from './settings.ts';
import { hasReads } from './workload/mix.ts';
import { Traffic } from './workload/traffic.ts';

export interface BenchResult extends Figures {
  /** Reads of keys that did not exist. */
  readonly absent: number;
  /** CPU time of this process, which generates the load, as a share of one core: 1 is a whole core. */
  readonly generatorShare: number;
}

/** Reports the current phase, and how much of it is done, from 0 to 1. */
export type OnProgress = (phase: 'filling' | 'warming up' | 'measuring', doneShare: number) => void;

export interface BenchParts {
  readonly target: Pick<ClientTarget, 'ofLane'>;
  readonly clock: Clock;
  readonly onProgress?: OnProgress;
  /** Ends the benchmark early, with what was measured so far as its result. */
  readonly signal?: AbortSignal;
}

const fillInFlightMin = 64;
const progressPeriodMs = 200;

/** @throws the error of the first key that could not be written before the measurement */
export async function runBench(settings: BenchSettings, parts: BenchParts): Promise<BenchResult> {
  const { clock } = parts;
  const traffic = new Traffic(settings);
  if (settings.isFilled && hasReads(settings.mix)) await fill(settings, { ...parts, traffic });
  const cpuBefore = process.cpuUsage();
  const startMs = clock.now();
  const result = await measure(settings, { ...parts, traffic });
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    ...toFigures(result),
    absent: traffic.absentCount,
    generatorShare: (user + system) / 1000 / (clock.now() - startMs),
  };
}

interface Run extends BenchParts {
  readonly traffic: Traffic;
}

/** Ends at the first failure: each key may take the time-out of a call, and without all keys reads measure nothing. */
async function fill({ keyCount, inFlight }: BenchSettings, run: Run): Promise<void> {
  const { target, traffic, signal, clock, onProgress } = run;
  const stop = new AbortController();
  let firstError: unknown;
  let index = 0;
  let writtenCount = 0;
  const put = async (lane: number): Promise<void> => {
    index += 1;
    await traffic.fill(target.ofLane(lane), index - 1);
    writtenCount += 1;
    onProgress?.('filling', writtenCount / keyCount);
  };
  await runLoad({
    send: (lane) =>
      put(lane).catch((error: unknown) => {
        firstError ??= error;
        stop.abort();
        throw error;
      }),
    inFlight: Math.min(keyCount, Math.max(inFlight, fillInFlightMin)),
    requestCount: keyCount,
    clock,
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  });
  if (stop.signal.aborted) throw toFillError(firstError, `${writtenCount} of ${keyCount} keys`);
}

function toFillError(cause: unknown, written: string): unknown {
  const message = `only ${written} were written before the measurement: ${messageOf(cause)}`;
  return cause instanceof KvError
    ? new KvError(cause.code, message, { cause, outcome: cause.outcome })
    : cause;
}

async function measure(settings: BenchSettings, run: Run): Promise<LoadResult> {
  const { target, traffic, signal, clock, onProgress } = run;
  const { inFlight, perSecond } = settings;
  const warmUpMs = settings.warmUpSeconds * 1000;
  const durationMs = settings.seconds * 1000;
  const startMs = clock.now();
  const timer = setInterval(() => {
    const passedMs = clock.now() - startMs;
    if (passedMs < warmUpMs) onProgress?.('warming up', passedMs / warmUpMs);
    else onProgress?.('measuring', Math.min(1, (passedMs - warmUpMs) / durationMs));
  }, progressPeriodMs);
  try {
    return await runLoad({
      send: (lane) => traffic.send(target.ofLane(lane)),
      inFlight,
      warmUpMs,
      durationMs,
      clock,
      ...(perSecond !== undefined && { perSecond }),
      ...(signal && { signal }),
    });
  } finally {
    clearInterval(timer);
  }
}
