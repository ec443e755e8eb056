/** The comparison as text: a table per row, the caveats, and the overall verdict. */
import type { Machine } from '../results.ts';
import { tableOf } from '../text-table.ts';
import { ratioTo } from './judge.ts';
import type { CpuUs, Figure, Goal, Judgement, RowResult, Unit } from './result.ts';
import { medianOf } from './statistics.ts';

export interface Comparison {
  readonly machine: Machine;
  /** Load averages of the last minute, before and after the run. */
  readonly loadAverages: readonly [number, number];
  readonly rows: readonly RowResult[];
}

export const heads = [
  ...['work', 'store, client', 'median', 'min – max', 'CPU µs', 'paxkv is', 'goal', ''],
];

export function toReport(comparison: Comparison): string {
  const notes = comparison.rows.flatMap(({ key, notes: texts }) =>
    texts.map((text) => ` ${key}: ${text}`),
  );
  return [
    ...toHeadLines(comparison),
    '',
    tableOf(heads, comparison.rows.flatMap(toCells)),
    ...(notes.length === 0 ? [] : ['', 'Notes', ...new Set(notes)]),
    '',
    toVerdict(comparison.rows),
  ].join('\n');
}

export function toHeadLines({ machine, loadAverages: [before, after] }: Comparison): string[] {
  return [
    `paxkv ${machine.commit}, ${machine.date}: ${machine.coreCount} cores of ${machine.cpu}, Node ${machine.node}`,
    'CPU µs: processor time per request of all servers together + of the client process.',
    `load average ${before.toFixed(1)} before and ${after.toFixed(1)} after; every write is flushed before it is acknowledged.`,
  ];
}

/** 0: every judged goal holds; 1: a goal does not hold; 2: a row could not be measured. */
export function exitCodeOf(rows: readonly RowResult[]): 0 | 1 | 2 {
  if (rows.some(({ failure }) => failure !== undefined)) return 2;
  const verdicts = rows.flatMap(({ judgements }) => judgements.map(({ verdict }) => verdict));
  return verdicts.includes('missed') ? 1 : 0;
}

export function toVerdict(rows: readonly RowResult[]): string {
  const verdicts = rows.flatMap(({ judgements }) => judgements.map(({ verdict }) => verdict));
  const countOf = (wanted: string) => verdicts.filter((verdict) => verdict === wanted).length;
  return `Goals: ${countOf('holds')} hold, ${countOf('missed')} missed, ${countOf('not judged')} not judged.`;
}

/** Prints a line for each client of each store; a goal stands beside the store it is about. */
export function toCells(row: RowResult): string[][] {
  const { figures, unit, judgements } = row;
  const shown = figures.map((figure, index) => {
    const isFirst = figures.findIndex(({ store }) => store === figure.store) === index;
    const own = isFirst ? judgements.filter(({ goal }) => storeOf(goal) === figure.store) : [];
    return [...toFigureCells(figure, row), ...toGoalCells(own, unit)];
  });
  const absent = judgements
    .filter(({ goal }) => figures.every(({ store }) => store !== storeOf(goal)))
    .map((one) => [storeOf(one.goal), 'none', '', '', '', ...toGoalCells([one], unit)]);
  const all = [...shown, ...absent];
  const lines = all.length === 0 ? [['none', '', '', '', '', '', '']] : all;
  return lines.map((cells, index) => [index === 0 ? row.work : '', ...cells]);
}

function toFigureCells(
  { store, client, values, cpu }: Figure,
  { figures, unit }: RowResult,
): string[] {
  const isFirst = figures.find((figure) => figure.store === store)?.client === client;
  const ratio = store === 'paxkv' || !isFirst ? undefined : ratioTo(store, figures, unit);
  return [
    `${store}, ${client}`,
    toQuantity(medianOf(values), unit),
    `${toNumber(Math.min(...values), unit)} – ${toNumber(Math.max(...values), unit)}`,
    cpu === undefined ? '' : toCpuText(cpu),
    ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
  ];
}

/** CPU time per request of the servers and of the client. */
function toCpuText(cpu: readonly CpuUs[]): string {
  const parts = (['servers', 'client'] as const).map((part) =>
    Math.round(medianOf(cpu.map((one) => one[part]))),
  );
  return parts.join(' + ');
}

function toGoalCells(judgements: readonly Judgement[], unit: Unit): [string, string] {
  return [
    judgements.map(({ goal }) => toGoalText(goal, unit)).join(', '),
    judgements.map(({ verdict }) => (verdict === 'missed' ? 'MISSED' : verdict)).join(', '),
  ];
}

function storeOf(goal: Goal): Figure['store'] {
  return goal.type === 'ratio' ? goal.peer : 'paxkv';
}

export function toGoalText(goal: Goal, unit: Unit): string {
  if (goal.type === 'limit') return `${goal.of} ≤ ${toQuantity(goal.atMost, unit)}`;
  return `${goal.bound === 'at least' ? '≥' : '≤'} ${goal.ratio} ×`;
}

function toQuantity(value: number, unit: Unit): string {
  return `${toNumber(value, unit)}${unit === 'perSecond' ? '/s' : ` ${unit}`}`;
}

function toNumber(value: number, unit: Unit): string {
  if (unit === 'perSecond') return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) < 10 ? 2 : 0);
}
