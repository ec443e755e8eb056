/** The planned runs: every kind of fault, in the numbers of each tier. */
import { manners, parts } from '../disk/damage.ts';
import { absence } from '../nemesis/absence.ts';
import { killAll, killMany, killOne, pauseNodes } from '../nemesis/crash.ts';
import { damaged, damagedEverywhere, wiped } from '../nemesis/damage.ts';
import {
  crashPoint,
  crashPointOfAll,
  failingCalls,
  failingStart,
  fullDisk,
  fullDiskAtStart,
  powerLoss,
  slowDisk,
} from '../nemesis/disk.ts';
import { anyOf, type Nemesis, together } from '../nemesis/nemesis.ts';
import { anyPartition, flapping, partition } from '../nemesis/partition.ts';
import { remade } from '../nemesis/remade.ts';
import { type ShapeName, shapeNames } from '../network/shapes.ts';
import type { RunPlan } from './run-plan.ts';

export const tiers = ['test', 'ci', 'gate'] as const;

export type Tier = (typeof tiers)[number];

/** Longer than the keepalive timeout of a connection. */
const halfOpenMs = 4000;
const cut = { type: 'cut' } as const;
const mebibyte = 1024 * 1024;
const minuteMs = 60_000;

/** How long an incarnation lasts at most in the runs of clusters that are made anew. */
const incarnationMs = 20_000;

export interface PlanOptions {
  /** How long a node stays away in the runs of absence, and how long clusters are made anew. */
  readonly minutes: number;
}

export function plansOf(tier: Tier, { minutes }: PlanOptions): RunPlan[] {
  switch (tier) {
    case 'test':
      return testPlans();
    case 'ci':
      return [...ciPlans(), absences(minutes), remakings(minutes)];
    case 'gate':
      return [
        ...repeat(25, gatePlans).flatMap((plans) => plans()),
        absences(minutes),
        remakings(minutes),
      ];
  }
}

function testPlans(): RunPlan[] {
  const alone = partition({ shape: 'leader alone', fault: cut, lastsMs: 1500 });
  return [
    kills([killOne, killAll]),
    {
      ...calm,
      kind: 'partition',
      title: 'a partition and a pause',
      strikes: [alone, pauseNodes(1000)],
    },
    power([powerLoss('one'), powerLoss('all')]),
  ];
}

/** Every kind of fault, few of each. */
function ciPlans(): RunPlan[] {
  return [
    kills([...repeat(3, killOne), killAll, killMany]),
    ...everyKind({ powerLosses: 3, crashPoints: 3, troubles: 5, damageShare: 2 }),
  ];
}

/** Run many times: together they are the numbers that a release asks for. */
function gatePlans(): RunPlan[] {
  return [
    ...repeat(2, kills([...repeat(7, killOne), killAll, killMany, killAll])),
    ...everyKind({ powerLosses: 10, crashPoints: 15, troubles: 15, damageShare: 1 }),
  ];
}

interface FaultCounts {
  /** How often one node loses its power. */
  readonly powerLosses: number;
  readonly crashPoints: number;
  /** Faults of any kind in the soak. */
  readonly troubles: number;
  /** One of so many kinds of damage. */
  readonly damageShare: number;
}

function everyKind(counts: FaultCounts): RunPlan[] {
  return [
    pauses(5),
    partitions(3, ['leader alone', 'quorum-loss', 'chained', 'one-way in', 'one-way out'], 1500),
    partitions(5, shapeNames, 1500),
    halfOpen(),
    slow(),
    power([...repeat(counts.powerLosses, powerLoss('one')), ...repeat(3, powerLoss('all'))]),
    crashPoints(counts.crashPoints),
    ioErrors(),
    soak(counts.troubles),
    wipes(2),
    ...damages(counts.damageShare),
    damageOfAll(),
    fullDisks([fullDiskAtStart, fullDisk(1500), fullDisk(1500)]),
  ];
}

function kills(strikes: readonly Nemesis[]): RunPlan {
  return { ...calm, kind: 'kill', title: `${strikes.length} kills`, strikes };
}

function pauses(count: number): RunPlan {
  const strikes = repeat(count, pauseNodes(5000));
  return { ...calm, kind: 'pause', title: `${count} pauses`, strikes };
}

function partitions(nodeCount: number, names: readonly ShapeName[], lastsMs: number): RunPlan {
  const strikes = names.map((shape) => partition({ shape, fault: cut, lastsMs }));
  const title = `${names.length + 1} partitions of ${nodeCount} nodes`;
  return { ...calm, kind: 'partition', title, nodeCount, strikes: [...strikes, flapping(3000)] };
}

function halfOpen(): RunPlan {
  const strikes = (['swallow', 'stall'] as const).map((type) =>
    partition({ shape: 'leader alone', fault: { type }, lastsMs: halfOpenMs }),
  );
  return { ...calm, kind: 'half-open', title: 'half-open connections', strikes };
}

function slow(): RunPlan {
  const shape = 'leader alone';
  const strikes = [
    partition({ shape, fault: { type: 'delay', delayMs: 200 }, lastsMs: 2000 }),
    partition({ shape, fault: { type: 'throttle', bytesPerSecond: 20_000 }, lastsMs: 2000 }),
    slowDisk(500, 3000),
  ];
  return { ...calm, kind: 'slow', title: 'slow links and disks', rig: 'shim', strikes };
}

function power(strikes: readonly Nemesis[]): RunPlan {
  return { ...calm, kind: 'power', title: `${strikes.length} power losses`, rig: 'shim', strikes };
}

function ioErrors(): RunPlan {
  const errors = ['EIO', 'ENOSPC'] as const;
  const strikes = [
    ...errors.flatMap((error) => [failingCalls('write', error), failingCalls('sync', error)]),
    failingStart('open', 'EIO'),
    failingStart('rename', 'EIO'),
    failingStart('write', 'ENOSPC'),
    failingStart('sync', 'EIO'),
  ];
  return { ...calm, kind: 'io-error', title: `${strikes.length} I/O errors`, rig: 'shim', strikes };
}

function fullDisks(strikes: readonly Nemesis[]): RunPlan {
  return { ...calm, kind: 'disk-full', title: 'full disks', rig: 'small', strikes };
}

function crashPoints(count: number): RunPlan {
  const round = [crashPoint('at start'), crashPoint('under load'), crashPointOfAll];
  const strikes = repeat(Math.ceil(count / round.length), round).flat();
  const title = `${strikes.length} crash points`;
  return { ...calm, kind: 'crash-point', title, rig: 'shim', strikes, rateShareMin: 0.1 };
}

function wipes(count: number): RunPlan {
  const strikes = repeat(count, wiped);
  return { ...calm, kind: 'wipe', title: `${count} wiped nodes`, strikes };
}

/** Each kind of file in each manner, or one of `share`: half of them at one node and half at a minority. */
function damages(share: number): RunPlan[] {
  const all = parts.flatMap((part) => manners.map((manner) => ({ part, manner })));
  const cells = all.filter((_, index) => (index + Math.floor(index / 4)) % share === 0);
  return (['one', 'minority'] as const).map((spread, half) => {
    const chosen = cells.filter((_, index) => (index + Math.floor(index / 4)) % 2 === half);
    // Tables are written at a start, so all nodes restart before the first damage.
    const strikes = [killAll, ...chosen.map((cell) => damaged(cell, spread))];
    const nodeCount = spread === 'one' ? 3 : 5;
    const title = `${chosen.length} damages at ${spread}`;
    return { ...calm, kind: 'damage', title, nodeCount, strikes };
  });
}

function damageOfAll(): RunPlan {
  const title = 'damage at all nodes';
  return { ...calm, kind: 'damage', title, strikes: [killAll, damagedEverywhere], mayStop: true };
}

/** A node stays away for long under full load. The budgets are small, so that a short absence exceeds them. */
function absences(minutes: number): RunPlan {
  const strike = absence({
    downMs: minutes * minuteMs,
    valueBytes: 128,
    inFlight: 128,
    keyCount: 10_000,
    diskBytesMax: 256 * mebibyte,
  });
  const title = `a node away for ${minutes} minutes`;
  const environment = {
    PAXKV_LOG_BUDGET: `${16 * mebibyte}`,
    PAXKV_LOG_WINDOW: `${64 * mebibyte}`,
  };
  return { ...calm, kind: 'absence', title, strikes: [strike], environment };
}

/** A second cluster is made anew again and again, beside this one. */
function remakings(minutes: number): RunPlan {
  const durationMs = minutes * minuteMs;
  const faults = [killOne, killMany, killAll, pauseNodes(2000), anyPartition(2000)];
  const { environment } = calm;
  const roundMs = Math.min(incarnationMs, durationMs / 6);
  const strike = remade({ durationMs, roundMs, faults, environment });
  const title = `a cluster made anew for ${minutes} minutes`;
  return { ...calm, kind: 'remade', title, strikes: [strike] };
}

/** All faults at random, also at the same time. */
function soak(count: number): RunPlan {
  const network = [anyPartition(4000), anyPartition(4000), flapping(3000)];
  const processes = [killOne, killMany, killAll, pauseNodes(3000)];
  const disks = [
    powerLoss('one'),
    powerLoss('all'),
    slowDisk(300, 2000),
    crashPoint('under load'),
    failingCalls('sync', 'EIO'),
    failingCalls('write', 'ENOSPC'),
  ];
  const strikes = repeat(
    count,
    anyOf([...network, ...processes, ...disks, together(anyOf(network), anyOf(processes))]),
  );
  const title = `a soak of ${count} troubles`;
  return { ...calm, kind: 'soak', title, nodeCount: 5, rig: 'shim', strikes, rateShareMin: 0.1 };
}

/** Budgets so small that the log is truncated in every run, and that some absences exceed the log window. */
const calm = {
  nodeCount: 3,
  rig: 'plain',
  rateShareMin: 0.1,
  environment: { PAXKV_LOG_BUDGET: '16KiB', PAXKV_LOG_WINDOW: '128KiB' },
} as const;

function repeat<T>(count: number, item: T): T[] {
  return new Array<T>(count).fill(item);
}
