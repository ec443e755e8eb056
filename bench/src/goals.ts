/** The goals of the store on two cores, and whether the measured figures reach them. */
import type { LoadFigures, MemoryReading, Results } from './results.ts';

export interface Goal {
  readonly claim: string;
  readonly measured: string;
  readonly isReached: boolean;
}

const clientCount = 64;
const putsPerSecondMin = 2000;
const residentBytesMax = 250e6;
/** A store that keeps something for each put keeps at least some of its value. */
const growthBytesPerPutMax = 64;
/** Over fewer, the heap's own ups and downs hide what a put leaves behind. */
const growthPutCountMin = 100_000;
/** The least served client gets this part of what the middle one gets, and no put takes longer. */
const leastShareMin = 0.5;
const waitMsMax = 1000;

/** A goal that was not measured, or over too few puts, is left out. */
export function judge({ loads, memory }: Results): readonly Goal[] {
  const spread = loads.find(
    (load) =>
      load.kind === 'put' && load.placement === 'spread' && load.clientCount === clientCount,
  );
  const onLoad = spread === undefined ? [] : [judgeRate(spread), judgeFairness(spread)];
  const putCount = memory.at(-1)?.putCount ?? 0;
  const onGrowth = putCount < growthPutCountMin ? [] : [judgeGrowth(memory)];
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

function judgeGrowth(memory: readonly MemoryReading[]): Goal {
  const bytes = growthBytesPerPut(memory);
  return {
    claim: `no growth with puts: < ${growthBytesPerPutMax} bytes a put in the second half`,
    measured: `${Math.round(bytes)} bytes a put`,
    isReached: bytes < growthBytesPerPutMax,
  };
}

/** Of the node that grows most, from the half of the puts to their end; the first half fills caches. */
function growthBytesPerPut(memory: readonly MemoryReading[]): number {
  const last = memory.at(-1);
  if (last === undefined) return 0;
  const half = memory.find(({ putCount }) => putCount * 2 >= last.putCount);
  if (half === undefined || half === last) return 0;
  const growths = last.residentBytes.map((bytes, node) => bytes - (half.residentBytes[node] ?? 0));
  return Math.max(...growths) / (last.putCount - half.putCount);
}
