/** Formats a report for people: a line for each run, and a table of all of them. */
import type { RunReport } from './run-plan.ts';

/** One line per run; a failed run adds its faults and its findings, a line each. */
export function toLine(report: RunReport): string {
  const { plan, durationMs, callCount, rateBefore, rateDuring, strikes, findings, leaderCount } =
    report;
  const parts = [
    findings.length === 0 ? 'passed' : 'FAILED',
    plan.title.padEnd(28),
    `${(durationMs / 1000).toFixed(1).padStart(5)} s`,
    `${`${callCount}`.padStart(6)} calls`,
    `${rateDuring.toFixed(0).padStart(4)} acks/s (${rateBefore.toFixed(0)} before)`,
    `${strikes.length} faults (${leaderCount} at the leader), longest outage ${longest(report.silencesMs)}`,
  ];
  const done = findings.length === 0 ? [] : strikes.map((strike) => `    ${strike}`);
  const wrong = findings.slice(0, 20).map((finding) => `    ${finding}`);
  const rest = findings.length > 20 ? [`    and ${findings.length - 20} more`] : [];
  const kept =
    findings.length === 0 || report.historyFile === undefined
      ? []
      : [`    history: ${report.historyFile}`];
  return [parts.join('  '), ...done, ...wrong, ...rest, ...kept].join('\n');
}

/** Counts by kind, and the total. */
export function toTable(reports: readonly RunReport[]): string {
  const kinds = [...new Set(reports.map(({ plan }) => plan.kind))];
  const rows = kinds.map((kind) =>
    toRow(
      kind,
      reports.filter(({ plan }) => plan.kind === kind),
    ),
  );
  const head = [
    'kind',
    'runs',
    'faults',
    'at the leader',
    'calls',
    'acked',
    'longest silence',
    'slowest return',
    'failed',
  ];
  const table = [head, ...rows, toRow('all', reports)];
  return table.map((row) => row.map((cell, at) => pad(cell, at)).join('  ')).join('\n');
}

function toRow(name: string, reports: readonly RunReport[]): string[] {
  const sum = (count: (report: RunReport) => number) =>
    `${reports.reduce((total, report) => total + count(report), 0)}`;
  return [
    name,
    `${reports.length}`,
    sum(({ strikes }) => strikes.length),
    sum(({ leaderCount }) => leaderCount),
    sum(({ callCount }) => callCount),
    sum(({ ackCount }) => ackCount),
    longest(reports.flatMap(({ silencesMs }) => silencesMs)),
    longest(reports.flatMap(({ recoveriesMs }) => recoveriesMs)),
    sum(({ findings }) => Math.min(1, findings.length)),
  ];
}

function longest(timesMs: readonly number[]): string {
  return `${Math.round(Math.max(0, ...timesMs))} ms`;
}

function pad(cell: string, at: number): string {
  return at === 0 ? cell.padEnd(12) : cell.padStart(15);
}
