/** The results of runs as text and tables. */
import type { Narrowing } from '../schedule/narrow.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Failing } from '../shrink.ts';
import type { Totals } from './totals.ts';

const hourMs = 3_600_000;

export function tellFailure(seed: number, { failure, narrowing }: Failing): string {
  const { invariant, message, atMs } = failure;
  return [
    `FAIL seed ${seed} at ${(atMs / 1000).toFixed(3)} s: ${invariant}`,
    `  ${message}`,
    `  again: ${replayCommand(seed, narrowing)}`,
  ].join('\n');
}

/** The command that shows the same run, event by event. */
export function replayCommand(
  seed: number,
  { variants, without, only, untilMs }: Narrowing,
): string {
  const parts = [`npm run simulate -- --seed ${seed} --trace`];
  if (variants !== undefined && variants.length > 0) parts.push(`--variants ${variants.join(',')}`);
  if (without !== undefined && without.length > 0) parts.push(`--without '${without.join(',')}'`);
  if (only !== undefined) parts.push(`--only '${only.join(',')}'`);
  if (untilMs !== undefined) parts.push(`--until ${untilMs}`);
  return parts.join(' ');
}

/** What is left of a narrowed schedule. */
export function tellFaults({ nodeCount, hazards, faults }: Schedule): string {
  const lines = faults.map(({ atMs, forMs, kind, ...rest }) => {
    const details = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    const time = `at ${(atMs / 1000).toFixed(3)} s for ${(forMs / 1000).toFixed(3)} s`;
    return `    ${time}: ${kind}, ${details.join(', ')}`;
  });
  return [`  ${nodeCount} nodes; ${hazards.join(', ') || 'nothing'} on; faults:`, ...lines].join(
    '\n',
  );
}

export function tellSummary(totals: Totals): string {
  const { seedCount, simulatedMs, realMs, processorMs, failed, faultCountMedian } = totals;
  const hours = (simulatedMs / hourMs).toFixed(2);
  const ratio = Math.round(simulatedMs / realMs);
  const ratioOfCore = Math.round(simulatedMs / processorMs);
  const rows = [...totals.counters].map(
    ([name, total]) =>
      `  ${name.padEnd(52)} ${String(total.count).padStart(10)} ${tellShare(total.seedCount, seedCount)}`,
  );
  const missing = [...totals.counters]
    .filter(([, { count }]) => count === 0)
    .map(([name]) => `  never reached: ${name}`);
  return [
    `${seedCount} seeds, ${hours} simulated hours in ${(realMs / 1000).toFixed(1)} s: ${ratio} × real time,`,
    `  ${ratioOfCore} × by each core that was at work`,
    `  ${totals.operationCount} client calls checked, ${totals.faultCount} faults: ${faultCountMedian} a schedule, median`,
    `  ${'what happened'.padEnd(52)} ${'times'.padStart(10)}   seeds`,
    ...rows,
    ...missing,
    failed.length === 0
      ? 'PASS'
      : `FAIL: ${failed.length} seeds: ${failed.map(({ seed }) => seed).join(', ')}`,
  ].join('\n');
}

function tellShare(count: number, all: number): string {
  return `${((100 * count) / all).toFixed(1).padStart(6)} %`;
}
