/** What the greedy clients of the fairness measurement ask for, each as fast as one client can. */
import { KvClient } from '@paxkv/client';

const greedyCount = 4;
const valueBytes = 128;
const largeBytes = 512 * 1024;

/** A load runs until `signal` ends it. Refusals under load are expected of a greedy client, and are counted. */
export interface GreedyLoad {
  readonly name: string;
  readonly transport: 'stream' | 'http';
  /** Requests that each client keeps in flight. */
  readonly inFlight: number;
  readonly request: (client: KvClient<'buffer'>, key: string) => Promise<unknown>;
}

const value = Buffer.alloc(valueBytes, 'v');
const large = Buffer.alloc(largeBytes, 'v');
const largeKey = 'large';
/** So many requests are done before a load counts as running: each client has connected, and has had replies. */
const runningCount = 100;

export const greedyLoads: readonly GreedyLoad[] = [
  {
    name: 'puts-stream',
    transport: 'stream',
    inFlight: 2000,
    request: (client, key) => client.put(key, value),
  },
  {
    name: 'puts-http',
    transport: 'http',
    inFlight: 100,
    request: (client, key) => client.put(key, value),
  },
  {
    name: 'gets-stream',
    transport: 'stream',
    inFlight: 2000,
    request: (client, key) => client.get(key),
  },
  {
    name: 'large-gets',
    transport: 'stream',
    inFlight: 64,
    request: (client) => client.get(largeKey),
  },
  {
    name: 'large-puts',
    transport: 'stream',
    inFlight: 16,
    request: (client, key) => client.put(key.slice(0, 3), large),
  },
];

/** Writes what the loads read. */
export async function prepare(endpoints: string[]): Promise<void> {
  await using client = new KvClient({ endpoints, encoding: 'buffer' });
  await client.put(largeKey, large);
}

export interface GreedyResult {
  readonly doneCount: number;
  readonly refusedCount: number;
}

/** `onRunning`: called once, when the servers have done some of the requests. */
export async function runGreedy(
  { transport, inFlight, request }: GreedyLoad,
  endpoints: string[],
  signal: AbortSignal,
  onRunning: () => void,
): Promise<GreedyResult> {
  let doneCount = 0;
  let refusedCount = 0;
  const runClient = async (number: number) => {
    await using client = new KvClient({ endpoints, encoding: 'buffer', transport });
    const runLane = async (lane: number) => {
      for (let count = 0; !signal.aborted; count += 1) {
        const isDone = await request(client, `${number}-${lane}-${count % 10}`).then(
          () => true,
          () => false,
        );
        if (isDone) doneCount += 1;
        else refusedCount += 1;
        if (isDone && doneCount === runningCount) onRunning();
      }
    };
    await Promise.all(Array.from({ length: inFlight }, (_, lane) => runLane(lane)));
  };
  await Promise.all(Array.from({ length: greedyCount }, (_, number) => runClient(number)));
  return { doneCount, refusedCount };
}
