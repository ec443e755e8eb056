/** The results as text: tables of the measurements, and the goals at the end. */
import { type Goal, judge } from './goals.ts';
import type { LoadFigures, MemoryReading, Results } from './results.ts';
import { tableOf } from './text-table.ts';

export function toReport(results: Results): string {
  const { machine, seconds, valueBytes, loads, memory } = results;
  return [
    `paxkv ${machine.commit}, ${machine.date}: ${machine.coreCount} cores of ${machine.cpu}, Node ${machine.node}`,
    `3 nodes on loopback, ${valueBytes}-byte values, ${seconds} s a load; every vote is flushed before it counts.`,
    'The load generator is one process and shares the cores with the nodes.',
    section('Requests', loadTable(loads)),
    section('Puts of single clients', fairnessTable(loads)),
    section('Resident memory', memoryTable(memory)),
    section('Goals', goalTable(judge(results))),
  ].join('\n');
}

function section(title: string, table: string): string {
  return `\n${title}\n${table}`;
}

function loadTable(loads: readonly LoadFigures[]): string {
  return tableOf(
    [
      ...['', 'clients', 'on', 'per second', 'p50 ms', 'p90', 'p99', 'p99.9', 'max'],
      ...['failed', 'generator CPU'],
    ],
    loads.map(({ kind, clientCount, placement, perSecond, latencyMs, failures, ...load }) => [
      kind,
      clientCount,
      placement === 'spread' ? 'all 3 servers' : placement,
      Math.round(perSecond),
      ...[latencyMs.p50, latencyMs.p90, latencyMs.p99, latencyMs.p99_9, latencyMs.max].map(toMs),
      toList(failures),
      `${Math.round(load.generatorShare * 100)} % of a core`,
    ]),
  );
}

function fairnessTable(loads: readonly LoadFigures[]): string {
  const contested = loads.filter(({ kind, placement }) => kind === 'put' && placement === 'spread');
  return tableOf(
    ['clients over all 3 servers', 'least', 'middle', 'most', 'longest wait ms'],
    contested.map(({ clientCount, perClient, latencyMs }) => [
      clientCount,
      ...[perClient.min, perClient.median, perClient.max],
      toMs(latencyMs.max),
    ]),
  );
}

function memoryTable(memory: readonly MemoryReading[]): string {
  const nodes = memory[0]?.residentBytes.map((_, node) => `node ${node} MB`) ?? [];
  return tableOf(
    ['after puts', ...nodes],
    memory.map(({ putCount, residentBytes }) => [putCount, ...residentBytes.map(toMegabytes)]),
  );
}

function goalTable(goals: readonly Goal[]): string {
  return tableOf(
    ['goal', 'measured', ''],
    goals.map(({ claim, measured, isReached }) => [
      claim,
      measured,
      isReached ? 'reached' : 'MISSED',
    ]),
  );
}

function toMs(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 0);
}

function toMegabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function toList(failures: Readonly<Record<string, number>>): string {
  const parts = Object.entries(failures).map(([code, count]) => `${count} ${code}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}
