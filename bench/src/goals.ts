/** The goals of the store on two cores, and their comparison with the measured figures. */
import type { LoadFigures, MemoryReading, Results } from './results.ts';

export interface Goal {
  readonly claim: string;
  readonly measured: string;
  readonly isReached: boolean;
}

const clientCount = 64;
const putsPerSecondMin = 2000;
const residentBytesMax = 250e6;
/** With fewer puts, the fluctuation of the heap hides the growth per put. */
const growthPutCountMin = 100_000;
/**
 * The slowest client gets at least this share of the median client's throughput, and no put takes longer
 * than the bound.
 */
const leastShareMin = 0.5;
const waitMsMax = 1000;

/** Leaves out a goal that was not measured, or that was measured over too few puts. */
export function judge({ loads, memory, valueBytes }: Results): readonly Goal[] {
  const spread = loads.find(
    (load) =>
      load.kind === 'put' && load.placement === 'spread' && load.clientCount === clientCount,
  );
  const onLoad = spread === undefined ? [] : [judgeRate(spread), judgeFairness(spread)];
  const putCount = memory.at(-1)?.putCount ?? 0;
  const onGrowth = putCount < growthPutCountMin ? [] : [judgeGrowth(memory, valueBytes)];
  return [...onLoad, judgeSize(memory), ...onGrowth];
}

function judgeRate({ perSecond }: LoadFigures): Goal {
  return {
    claim: `${putsPerSecondMin} durable puts/s at ${clientCount} clients over all servers`,
    measured: `${Math.round(perSecond)} puts/s`,
    isReached: perSecond >= putsPerSecondMin,
  };
}

function judgeFairness({ perClient, latencyMs }: LoadFigures): Goal {
  const leastShare = perClient.median === 0 ? 0 : perClient.min / perClient.median;
  return {
    claim: `no starvation: least client ≥ ${leastShareMin * 100} % of the middle one, no wait > ${waitMsMax} ms`,
    measured: `${Math.round(leastShare * 100)} %, longest wait ${Math.round(latencyMs.max)} ms`,
    isReached: leastShare >= leastShareMin && latencyMs.max <= waitMsMax,
  };
}

function judgeSize(memory: readonly MemoryReading[]): Goal {
  const largest = Math.max(...memory.flatMap(({ residentBytes }) => residentBytes));
  return {
    claim: `under ${residentBytesMax / 1e6} MB a node`,
    measured: `${Math.round(largest / 1e6)} MB at most`,
    isReached: largest < residentBytesMax,
  };
}

function judgeGrowth(memory: readonly MemoryReading[], valueBytes: number): Goal {
  const bytes = growthBytesPerPut(memory);
  return {
    claim: `no growth with puts: a put leaves less than its ${valueBytes}-byte value`,
    measured: `${Math.round(bytes)} bytes a put`,
    isReached: bytes < valueBytes,
  };
}

/**
 * Compares the means of the readings from 20 to 50 % and from 70 to 100 % of the puts: single readings
 * fluctuate with the garbage collector, and the first ones include the growth of heap and caches.
 */
function growthBytesPerPut(memory: readonly MemoryReading[]): number {
  const putCount = memory.at(-1)?.putCount ?? 0;
  const meanBytes = (from: number, to: number) => {
    const within = memory.filter((at) => at.putCount >= from && at.putCount <= to);
    return meanOf(within.flatMap(({ residentBytes }) => residentBytes));
  };
  const early = meanBytes(putCount * 0.2, putCount * 0.5);
  const late = meanBytes(putCount * 0.7, putCount);
  return (late - early) / (putCount * 0.5);
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
