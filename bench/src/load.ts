/**
 * One load: a number of clients, each with one request in flight, until a time or a count is reached. The
 * latency of a request is from call to answer, retries included.
 */
import { KvClient, systemEnvironment } from '@paxkv/client';
import { ClientTarget } from 'paxkv/internal/bench/client-target';
import type { LoadResult } from 'paxkv/internal/bench/load/load';
import { runLoad } from 'paxkv/internal/bench/load/run-load';
import type { KeySpace } from './key-space.ts';

/** The servers of a load: client i uses `endpoints[i % endpoints.length]`. */
export interface ClientLoad {
  readonly kind: 'put' | 'get';
  readonly clientCount: number;
  readonly endpoints: readonly string[];
  readonly keys: KeySpace;
  /** The load ends at the first limit reached. */
  readonly seconds?: number;
  readonly requestCount?: number;
  readonly onProgress?: (doneShare: number) => void;
}

export interface ClientLoadResult extends LoadResult {
  /** CPU time of this load-generating process as a share of one core: 1 is a full core. */
  readonly generatorShare: number;
}

/** Each client opens its connection and its session with one request before the clock starts. */
export async function runClientLoad(load: ClientLoad): Promise<ClientLoadResult> {
  const clients = Array.from({ length: load.clientCount }, (_, index) => clientOf(load, index));
  const target = new ClientTarget(clients);
  const send = (lane: number) => sendOne(load, target, lane);
  try {
    await Promise.all(clients.map((_, lane) => send(lane)));
    return await measure(load, send);
  } finally {
    await target.close();
  }
}

async function measure(
  load: ClientLoad,
  send: (lane: number) => Promise<unknown>,
): Promise<ClientLoadResult> {
  const { clock } = systemEnvironment();
  const { clientCount: inFlight, seconds, requestCount } = load;
  const cpuBefore = process.cpuUsage();
  const startMs = clock.now();
  const share = progressOf(load);
  let sentCount = 0;
  const result = await runLoad({
    send: async (lane) => {
      sentCount += 1;
      await send(lane);
      load.onProgress?.(share(clock.now() - startMs, sentCount));
    },
    ...{ inFlight, clock },
    ...(seconds !== undefined && { durationMs: seconds * 1000 }),
    ...(requestCount !== undefined && { requestCount }),
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ...result, generatorShare: (user + system) / 1000 / (clock.now() - startMs) };
}

function clientOf({ endpoints }: ClientLoad, index: number): KvClient<'buffer'> {
  const endpoint = endpoints[index % endpoints.length];
  if (endpoint === undefined) throw new TypeError('endpoints is empty');
  return new KvClient({ endpoints: endpoint, encoding: 'buffer' });
}

async function sendOne(load: ClientLoad, target: ClientTarget, lane: number): Promise<void> {
  const { kind, keys } = load;
  const key = keys.next();
  if (kind === 'put') await target.ofLane(lane).put(key, keys.value());
  else if (!(await target.ofLane(lane).get(key))) throw new AbsentError(key);
}

/** Every key was written before. */
class AbsentError extends Error {
  override readonly name = 'AbsentError';
  readonly code = 'ABSENT';
}

/** The completed share of the load, from 0 to 1. */
function progressOf({ seconds, requestCount }: ClientLoad) {
  return (passedMs: number, sentCount: number): number =>
    Math.min(
      1,
      Math.max(
        seconds === undefined ? 0 : passedMs / (seconds * 1000),
        requestCount === undefined ? 0 : sentCount / requestCount,
      ),
    );
}
