/** The facts that the metrics of a server are read from, composed from its parts. */
import type { CurrentStatus } from '@paxkv/protocol';
import type { FairBound } from './budget/fair-bound.ts';
import type { Config } from './config/settings.ts';
import type { MetricFacts, NodeFacts } from './metrics/facts.ts';
import type { Recorder } from './metrics/recorder.ts';
import { readDiskUse } from './storage/index.ts';

export type { MetricFacts } from './metrics/facts.ts';

/** The parts of a server that metrics show. */
export interface MetricSources {
  readonly status: CurrentStatus;
  readonly node: { readonly facts: NodeFacts } | undefined;
  readonly budget: FairBound;
  /** Connections of clients: all, and those that are streams. */
  readonly sockets: { readonly count: number };
  readonly streams: { readonly count: number };
  readonly recorder: Recorder;
  readonly slowRequests: { readonly count: number };
}

/** Reads the parts at once, and then the disk. */
export async function readMetricFacts(
  { dataDirectory, limits, http }: Pick<Config, 'dataDirectory' | 'limits' | 'http'>,
  sources: MetricSources,
): Promise<MetricFacts> {
  const [connections, streams] = [sources.sockets.count, sources.streams.count];
  const facts = {
    status: sources.status,
    node: sources.node?.facts,
    clientBounds: [
      { bound: 'memoryBudgetBytes', used: sources.budget.used, max: limits.memoryBudgetBytes },
      { bound: 'connectionCountMax', used: connections, max: http.connectionCountMax },
    ],
    connections: { http: Math.max(0, connections - streams), stream: streams },
    recorder: sources.recorder,
    slowRequests: sources.slowRequests.count,
  };
  return { ...facts, disk: await readDiskUse(dataDirectory) };
}
