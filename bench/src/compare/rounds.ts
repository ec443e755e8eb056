/** The same load on every store in turns, several times over: whatever ails the machine ails all. */
import { systemEnvironment } from '@paxkv/client';
import { runLoad } from 'paxkv/internal/bench/load/run-load';
import { type Figures, toFigures } from 'paxkv/internal/bench/report/figures';
import { Traffic } from 'paxkv/internal/bench/workload/traffic';
import { beginProgress } from '../progress.ts';
import type { Store, Use, Way } from '../stores/store.ts';
import type { Figure } from './result.ts';

export interface Contestant {
  readonly store: Store;
  readonly way: Way;
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
  /** What of the figures counts. */
  readonly scoreOf: (figures: Figures) => number;
}

const fillInFlight = 256;
const { clock } = systemEnvironment();

/** Every key is written once before, which warms the stores up as well. Notes tell of all errors. */
export async function runRounds(
  contestants: readonly Contestant[],
  plan: RoundsPlan,
): Promise<{ readonly figures: readonly Figure[]; readonly notes: readonly string[] }> {
  const notes = new Set<string>();
  const values = contestants.map((): number[] => []);
  const progress = beginProgress(plan.title);
  for (const contestant of firstWays(contestants)) await fill(contestant, plan);
  for (let round = 0; round < plan.roundCount; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const { value, troubles } = await runRound(contestant, plan, round);
      values[index]?.push(value);
      for (const trouble of troubles) notes.add(trouble);
      progress.update((round + (index + 1) / contestants.length) / plan.roundCount);
    }
  }
  progress.end();
  const figures = contestants.map(({ store, way }, index) => ({
    ...{ store: store.name, way: way.name },
    values: values[index] ?? [],
  }));
  return { figures, notes: [...notes] };
}

/** All clients of the stores. */
export function contestantsOf(stores: readonly Store[]): readonly Contestant[] {
  return stores.flatMap((store) => store.ways.map((way) => ({ store, way })));
}

function firstWays(contestants: readonly Contestant[]): Contestant[] {
  return contestants.filter(({ way, store: { ways, httpWays } }) =>
    [ways[0], httpWays[0]].includes(way),
  );
}

async function fill({ way }: Contestant, plan: RoundsPlan): Promise<void> {
  const traffic = trafficOf(plan, 0);
  const connections = await way.open('puts', fillInFlight);
  let index = 0;
  const send = (lane: number) => {
    index += 1;
    return traffic.fill(connections.ofLane(lane), index - 1);
  };
  await runLoad({ send, inFlight: fillInFlight, requestCount: plan.keyCount, clock });
  await connections.close();
}

async function runRound({ store, way }: Contestant, plan: RoundsPlan, round: number) {
  const { use, inFlight } = plan;
  const traffic = trafficOf(plan, round);
  const connections = await way.open(use, inFlight);
  const result = await runLoad({
    send: (lane) => traffic.send(connections.ofLane(lane)),
    ...{ inFlight, clock },
    warmUpMs: plan.warmUpSeconds * 1000,
    durationMs: plan.seconds * 1000,
  });
  await connections.close();
  const { absentCount } = traffic;
  const troubles = [
    ...[...result.failures].map(([code]) => `${store.name}, ${way.name}: some failed with ${code}`),
    ...(absentCount > 0
      ? [`${store.name}, ${way.name}: some keys that were read were absent`]
      : []),
  ];
  return { value: plan.scoreOf(toFigures(result)), troubles };
}

function trafficOf({ use, keyCount, valueBytes }: RoundsPlan, seed: number): Traffic {
  const mix = use === 'puts' ? { put: 1 } : { get: 1 };
  return new Traffic({ mix, distribution: 'uniform', keyCount, keyBytes: 16, valueBytes, seed });
}
