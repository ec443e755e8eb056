/** Draws the faults of one schedule: how many of each kind, when, whom they hit and how hard. */
import type { SeededRandom } from '@paxkv/simulator';
import { drawPartition } from './draw-partition.ts';
import type { Fault, FaultKind } from './fault.ts';
import { faultKinds, type Hazard } from './schedule.ts';

export interface Ground {
  readonly nodeCount: number;
  readonly clientCount: number;
  readonly durationMs: number;
  readonly isOn: (kind: FaultKind) => boolean;
}

/** How many faults a schedule has in all, if it has any. */
const faultCountMin = 20;
const faultCountMax = 45;

/** The weight of each kind among those that are on. Lost and damaged memories and absences are drawn separately. */
const weights: Readonly<Record<FaultKind, number>> = {
  partition: 5,
  'lost client link': 2,
  crash: 4,
  stop: 2,
  'power loss': 3,
  pause: 3,
  'slow disk': 2,
  'failed write': 2,
  'failed read': 1,
  'full disk': 1,
  'hung disk': 1,
  'damaged journal': 0,
  'lost memory': 0,
  'clock rate': 1,
  'clock jump': 1,
  'slow links': 4,
  'long absence': 0,
  'lost log window': 0,
};

const hourMs = 3_600_000;

export function drawFaults(random: SeededRandom, ground: Ground): Fault[] {
  const kinds = faultKinds.filter(ground.isOn);
  const lots = kinds.flatMap((kind) => new Array<FaultKind>(weights[kind]).fill(kind));
  const count = lots.length === 0 ? 0 : random.integer(faultCountMin, faultCountMax);
  const faults = Array.from({ length: count }, () =>
    drawFault(random, random.pick(lots), ground),
  ).flatMap((fault) => [fault, ...drawRelapse(random, fault)]);
  faults.push(...drawLosses(random, ground));
  const inTime = faults.filter(({ atMs }) => atMs <= ground.durationMs);
  return inTime.sort((a, b) => a.atMs - b.atMs);
}

function drawFault(random: SeededRandom, kind: FaultKind, ground: Ground): Fault {
  const { nodeCount, clientCount, durationMs } = ground;
  const node = random.integer(0, nodeCount - 1);
  const atMs = drawTime(random, durationMs);
  const forMs = drawSpan(random, 20, 8_000);
  switch (kind) {
    case 'partition':
      return {
        kind,
        atMs,
        forMs: drawSpan(random, 200, 12_000),
        ...drawPartition(random, nodeCount),
      };
    case 'lost client link':
      return {
        kind,
        atMs,
        forMs,
        clients: some(random, clientCount),
        nodes: some(random, nodeCount),
      };
    case 'crash':
      return { kind, atMs, forMs, nodes: drawCrashed(random, nodeCount) };
    case 'stop':
      return { kind, atMs, forMs, nodes: drawCrashed(random, nodeCount) };
    case 'power loss':
      return {
        kind,
        atMs,
        forMs,
        nodes: drawCrashed(random, nodeCount),
        tearChance: random.between(0.8, 1),
        clockOffMs: random.chance(0.5) ? random.between(-hourMs, hourMs) : 0,
      };
    case 'pause':
      return { kind, atMs, forMs: drawSpan(random, 10, 5_000), node };
    case 'slow disk':
      return { kind, atMs, forMs, node, slowMsMax: random.between(20, 1_000) };
    case 'failed write':
      return { kind, atMs, forMs, node, disk: random.pick(['journal', 'state']) };
    case 'failed read':
      return { kind, atMs, forMs, node };
    case 'full disk':
      return { kind, atMs, forMs: drawSpan(random, 500, 15_000), node };
    case 'hung disk':
      return { kind, atMs, forMs: drawSpan(random, 100, 8_000), node };
    case 'damaged journal':
      return {
        kind,
        atMs,
        forMs,
        node,
        harm: random.pick(['flipped bit', 'lost file', 'old copy']),
      };
    case 'lost memory':
      return {
        kind,
        atMs,
        forMs,
        node,
        of: random.pick(['journal', 'state', 'both', 'both']),
        isNoticed: random.chance(0.5),
      };
    case 'lost log window':
      return { kind, atMs, forMs, node, isDamaged: random.chance(0.5) };
    case 'clock rate':
      return { kind, atMs, forMs, node, rate: random.between(0.5, 2) };
    case 'clock jump':
      return { kind, atMs, forMs: 0, node, aheadMs: 10 ** random.between(1, Math.log10(hourMs)) };
    case 'slow links':
      return {
        kind,
        atMs,
        forMs: drawSpan(random, 200, 8_000),
        node,
        direction: random.pick(['from', 'to', 'both']),
        delayMsMean: drawSpan(random, 3, 300),
      };
    case 'long absence':
      return { kind, atMs: atMs / 2, forMs: random.between(10_000, 40_000), node };
  }
}

/** One or two nodes are away for long, not necessarily at the same time. */
export function drawAbsences(random: SeededRandom, ground: Ground): Fault[] {
  if (!ground.isOn('long absence')) return [];
  const count = random.integer(1, 2);
  return Array.from({ length: count }, () => drawFault(random, 'long absence', ground));
}

export function drawLostWindows(random: SeededRandom, ground: Ground): Fault[] {
  if (!ground.isOn('lost log window')) return [];
  const count = random.integer(1, 4);
  return Array.from({ length: count }, () => drawFault(random, 'lost log window', ground));
}

/** At most a minority of nodes lose their memory, or a part of it, each perhaps more than once. */
function drawLosses(random: SeededRandom, ground: Ground): Fault[] {
  const kinds = (['lost memory', 'damaged journal'] as const).filter(ground.isOn);
  if (kinds.length === 0) return [];
  const all = random.shuffle(Array.from({ length: ground.nodeCount }, (_, node) => node));
  const nodes = all.slice(0, random.integer(1, lossCountMax(ground.nodeCount)));
  const count = random.integer(1, 5);
  return Array.from({ length: count }, () => ({
    ...drawFault(random, random.pick(kinds), ground),
    node: random.pick(nodes),
  }));
}

/** How many nodes may lose their memory. */
function lossCountMax(nodeCount: number): number {
  return Math.floor((nodeCount - 1) / 2);
}

/** Whether such servers can have this hazard at all. `hasJournals`: whether their journals are real. */
export function isPossible(
  kind: Hazard,
  { nodeCount, hasJournals }: { readonly nodeCount: number; readonly hasJournals: boolean },
): boolean {
  switch (kind) {
    case 'partition':
    case 'slow links':
      return nodeCount > 1;
    case 'damaged journal':
      return hasJournals && lossCountMax(nodeCount) > 0;
    case 'lost memory':
      return lossCountMax(nodeCount) > 0;
    default:
      return true;
  }
}

/** A server that has just come back crashes again, perhaps while it starts. */
function drawRelapse(random: SeededRandom, fault: Fault): Fault[] {
  if (fault.kind !== 'crash' || !random.chance(0.2)) return [];
  const atMs = fault.atMs + fault.forMs + random.between(0, 5);
  return [{ ...fault, atMs, forMs: drawSpan(random, 20, 8_000) }];
}

/** Not too late to matter, and often close to another fault. */
function drawTime(random: SeededRandom, durationMs: number): number {
  const time = random.between(0, durationMs);
  const swarm = Math.round(time / 5_000) * 5_000;
  return random.chance(0.4) ? Math.min(durationMs, swarm + random.between(0, 500)) : time;
}

/** Log-uniform: each order of magnitude is as likely as the next. */
function drawSpan(random: SeededRandom, min: number, max: number): number {
  return min * (max / min) ** random.next();
}

/** Most often one node, sometimes several, sometimes all. */
function drawCrashed(random: SeededRandom, nodeCount: number): number[] {
  if (random.chance(0.1)) return Array.from({ length: nodeCount }, (_, node) => node);
  if (random.chance(0.2)) return some(random, nodeCount);
  return [random.integer(0, nodeCount - 1)];
}

/** A random non-empty subset. */
function some(random: SeededRandom, count: number): number[] {
  const all = random.shuffle(Array.from({ length: count }, (_, number) => number));
  return all.slice(0, random.integer(1, count)).sort((a, b) => a - b);
}
