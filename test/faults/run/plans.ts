/** What is run: every kind of harm, in the numbers of each tier. */
import { killAll, killMany, killOne, pauseNodes } from '../nemesis/crash.ts';
import { flapping, partition } from '../nemesis/partition.ts';
import { shapeNames } from '../network/shapes.ts';
import type { RunPlan } from './run-plan.ts';

export const tiers = ['test', 'ci', 'gate'] as const;

export type Tier = (typeof tiers)[number];

const partitionMs = 2500;

export function plansOf(tier: Tier): RunPlan[] {
  if (tier === 'test') return [kills(3), partitions(3)];
  return [kills(10), kills(10), pauses(5), partitions(9)];
}

function kills(count: number): RunPlan {
  const strikes = Array.from({ length: count }, (_, number) =>
    number % 5 === 4 ? killMany : number % 5 === 2 ? killAll : killOne,
  );
  return { kind: 'kill', title: `${count} kills`, nodeCount: 3, strikes, rateShareMin: 0.2 };
}

function pauses(count: number): RunPlan {
  const strikes = Array.from({ length: count }, () => pauseNodes(5000));
  return { kind: 'pause', title: `${count} pauses`, nodeCount: 3, strikes, rateShareMin: 0.2 };
}

function partitions(count: number): RunPlan {
  const strikes = shapeNames
    .slice(0, count)
    .map((shape) => partition({ shape, fault: { type: 'cut' }, lastsMs: partitionMs }));
  return {
    kind: 'partition',
    title: 'partitions',
    nodeCount: 5,
    strikes: [...strikes, flapping(3000)],
    rateShareMin: 0.2,
  };
}
