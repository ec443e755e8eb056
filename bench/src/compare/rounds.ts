/**
 * Runs the same load on every store in turn, several times, so that disturbances of the machine affect all
 * stores alike.
 */
import { systemEnvironment } from '@paxkv/client';
import type { LoadResult } from 'paxkv/internal/bench/load/load';
import { runLoad } from 'paxkv/internal/bench/load/run-load';
import { type Figures, toFigures } from 'paxkv/internal/bench/report/figures';
import { Traffic } from 'paxkv/internal/bench/workload/traffic';
import { beginProgress } from '../progress.ts';
import type { Store, StoreClient, Use } from '../stores/store.ts';
import type { CpuUs, Figure } from './result.ts';

export interface Contestant {
  readonly store: Store;
  readonly client: StoreClient;
}

export interface RoundsPlan {
  readonly title: string;
  readonly use: Use;
  readonly inFlight: number;
  readonly keyCount: number;
  readonly valueBytes: number;
  readonly roundCount: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** The measured quantity that counts. */
  readonly scoreOf: (figures: Figures) => number;
}

const fillInFlight = 256;
/** Warm-up of a JavaScript server takes several thousand rounds of agreement. */
const warmUpTimes = 2;
const warmUpInFlightMin = 64;
const warmUpRound = -1;
const { clock } = systemEnvironment();

/**
 * Writes every key before the rounds, and runs each contestant once without counting it: V8 and the JVM
 * compile only hot code. Notes report all errors.
 */
export async function runRounds(
  contestants: readonly Contestant[],
  plan: RoundsPlan,
): Promise<{ readonly figures: readonly Figure[]; readonly notes: readonly string[] }> {
  const notes = new Set<string>();
  const scores = contestants.map((): Score[] => []);
  const progress = beginProgress(plan.title);
  for (const contestant of firstWays(contestants)) await fill(contestant, plan);
  const inFlight = Math.max(plan.inFlight, warmUpInFlightMin);
  const warmUp = { ...plan, inFlight, seconds: plan.seconds * warmUpTimes };
  for (const contestant of contestants) await runRound(contestant, warmUp, warmUpRound);
  for (let round = 0; round < plan.roundCount; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const score = await runRound(contestant, plan, round);
      scores[index]?.push(score);
      for (const trouble of score.troubles) notes.add(trouble);
      progress.update((round + (index + 1) / contestants.length) / plan.roundCount);
    }
  }
  progress.end();
  const figures = contestants.map(({ store, client }, index) => ({
    ...{ store: store.name, client: client.name },
    values: (scores[index] ?? []).map(({ value }) => value),
    cpu: (scores[index] ?? []).map(({ cpu }) => cpu),
  }));
  return { figures, notes: [...notes] };
}

/** Every client of every store. */
export function contestantsOf(stores: readonly Store[]): readonly Contestant[] {
  return stores.flatMap((store) => store.clients.map((client) => ({ store, client })));
}

function firstWays(contestants: readonly Contestant[]): Contestant[] {
  return contestants.filter(({ client, store: { clients, httpClients } }) =>
    [clients[0], httpClients[0]].includes(client),
  );
}

async function fill({ client }: Contestant, plan: RoundsPlan): Promise<void> {
  const traffic = trafficOf(plan, 0);
  const connections = await client.open('puts', fillInFlight);
  let index = 0;
  const send = (lane: number) => {
    index += 1;
    return traffic.fill(connections.ofLane(lane), index - 1);
  };
  await runLoad({ send, inFlight: fillInFlight, requestCount: plan.keyCount, clock });
  await connections.close();
}

interface Score {
  readonly value: number;
  readonly cpu: CpuUs;
  readonly troubles: readonly string[];
}

async function runRound(
  { store, client }: Contestant,
  plan: RoundsPlan,
  round: number,
): Promise<Score> {
  const { use, inFlight } = plan;
  const traffic = trafficOf(plan, round);
  const connections = await client.open(use, inFlight);
  const cpuBefore = await cpuMsOf(store);
  const result = await runLoad({
    send: (lane) => traffic.send(connections.ofLane(lane)),
    ...{ inFlight, clock },
    warmUpMs: plan.warmUpSeconds * 1000,
    durationMs: plan.seconds * 1000,
  });
  const cpuAfter = await cpuMsOf(store);
  await connections.close();
  const requestCount = result.laneCounts.reduce((sum, count) => sum + count, 0);
  const usOf = (part: keyof CpuUs) => ((cpuAfter[part] - cpuBefore[part]) * 1000) / requestCount;
  return {
    value: plan.scoreOf(toFigures(result)),
    cpu: { servers: usOf('servers'), client: usOf('client') },
    troubles: troublesOf(result, traffic).map(
      (trouble) => `${store.name}, ${client.name}: ${trouble}`,
    ),
  };
}

async function cpuMsOf({ group }: Store): Promise<CpuUs> {
  const { user, system } = process.cpuUsage();
  return { servers: await group.cpuMs(), client: (user + system) / 1000 };
}

function troublesOf({ failures }: LoadResult, { absentCount }: Traffic): string[] {
  return [
    ...[...failures.keys()].map((code) => `some failed with ${code}`),
    ...(absentCount > 0 ? ['some reads found no value'] : []),
  ];
}

function trafficOf({ use, keyCount, valueBytes }: RoundsPlan, seed: number): Traffic {
  const mix = use === 'puts' ? { put: 1 } : { get: 1 };
  return new Traffic({ mix, distribution: 'uniform', keyCount, keyBytes: 16, valueBytes, seed });
}
