/**
 * One load: so many clients, each with one request under way at any time, until a time or a count is
 * over. Every request is timed from its call to its answer, retries included.
 */
import { KvClient, KvError } from '@paxkv/client';
import { build, type Histogram } from 'hdr-histogram-js';
import type { KeySpace } from './key-space.ts';

/** On which servers the clients of a load are: client i on `endpoints[i % endpoints.length]`. */
export interface Load {
  readonly kind: 'put' | 'get';
  readonly clientCount: number;
  readonly endpoints: readonly string[];
  readonly keys: KeySpace;
  readonly valueBytes: number;
  /** Whichever comes first ends the load. */
  readonly seconds?: number;
  readonly requestCount?: number;
  readonly onProgress?: (doneShare: number) => void;
}

export interface LoadResult {
  /** Microseconds of each answered request. */
  readonly histogram: Histogram;
  readonly elapsedMs: number;
  /** Answered requests of each client. */
  readonly clientRequestCounts: readonly number[];
  /** Requests that ended in an error, by its code. */
  readonly failures: ReadonlyMap<string, number>;
  /** CPU time that this process, which makes the load, took of one core: 1 is all of it. */
  readonly generatorShare: number;
}

/** Each client opens its connection and its session by one request before the clock starts. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const clients = Array.from({ length: load.clientCount }, (_, index) => clientOf(load, index));
  try {
    await Promise.all(clients.map((client) => requestOnce(client, load)));
    return await measure(clients, load);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function measure(clients: readonly KvClient[], load: Load): Promise<LoadResult> {
  const histogram = build({ numberOfSignificantValueDigits: 3, bitBucketSize: 32 });
  const failures = new Map<string, number>();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const share = progressOf(load, startMs);
  let begun = 0;
  const clientRequestCounts = await Promise.all(
    clients.map(async (client) => {
      let answered = 0;
      for (; share(begun) < 1; ) {
        begun += 1;
        const beginMs = performance.now();
        const failure = await requestOnce(client, load);
        if (failure === undefined) {
          histogram.recordValue(Math.round((performance.now() - beginMs) * 1000));
          answered += 1;
        } else {
          failures.set(failure, (failures.get(failure) ?? 0) + 1);
        }
        load.onProgress?.(share(begun));
      }
      return answered;
    }),
  );
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  const generatorShare = (user + system) / 1000 / elapsedMs;
  return { histogram, elapsedMs, clientRequestCounts, failures, generatorShare };
}

function clientOf({ endpoints }: Load, index: number): KvClient {
  const endpoint = endpoints[index % endpoints.length];
  if (endpoint === undefined) throw new TypeError('endpoints is empty');
  return new KvClient({ endpoints: endpoint });
}

/** Which part of the load is over, from 0 to 1, given how many requests have begun. */
function progressOf({ seconds, requestCount }: Load, startMs: number): (begun: number) => number {
  return (begun) =>
    Math.min(
      1,
      Math.max(
        seconds === undefined ? 0 : (performance.now() - startMs) / (seconds * 1000),
        requestCount === undefined ? 0 : begun / requestCount,
      ),
    );
}

/** The code of the error it ended in, if it did. */
async function requestOnce(client: KvClient, load: Load): Promise<string | undefined> {
  try {
    if (load.kind === 'put') {
      await client.put(load.keys.next(), load.keys.value(load.valueBytes));
    } else if ((await client.get(load.keys.next())) === undefined) {
      return 'ABSENT';
    }
    return undefined;
  } catch (error) {
    if (error instanceof KvError) return error.code;
    throw error;
  }
}
