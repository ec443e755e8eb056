/** The figures for a terminal: what was asked, what came of it, percentiles and a histogram. */
import type { BenchResult } from '../run-bench.ts';
import type { BenchSettings } from '../settings.ts';
import { toTitle } from './title.ts';

const barWidth = 40;

export function toTextReport(settings: BenchSettings, result: BenchResult): string {
  const { latencyMs, failures } = result;
  const lines = [
    toTitle(settings),
    '',
    `answered    ${toCount(result.answered)} in ${result.seconds.toFixed(1)} s`,
    `rate        ${toCount(result.perSecond)} a second`,
    `failed      ${toFailureList(failures)}`,
    ...(result.unsent > 0
      ? [`not sent    ${toCount(result.unsent)}: due, and no lane was free`]
      : []),
    ...(result.absent > 0 ? [`absent      ${toCount(result.absent)} keys that were read`] : []),
    `generator   ${Math.round(result.generatorShare * 100)} % of a core`,
    '',
    'latency ms',
    `  p50 ${toMs(latencyMs.p50)}   p90 ${toMs(latencyMs.p90)}   p99 ${toMs(latencyMs.p99)}   ` +
      `p99.9 ${toMs(latencyMs.p99_9)}   max ${toMs(latencyMs.max)}   mean ${toMs(latencyMs.mean)}`,
    '',
    ...toBarLines(result),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** `0`, or how many of each code. */
export function toFailureList(failures: Readonly<Record<string, number>>): string {
  const parts = Object.entries(failures).map(([code, count]) => `${toCount(count)} ${code}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}

/** Three digits at least: 0.412, 4.12, 41.2, 412. */
export function toMs(ms: number): string {
  if (ms < 1) return ms.toFixed(3);
  if (ms < 10) return ms.toFixed(2);
  return ms < 100 ? ms.toFixed(1) : ms.toFixed(0);
}

export function toCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

function toBarLines({ histogram }: BenchResult): string[] {
  const countMax = Math.max(0, ...histogram.map(({ count }) => count));
  return histogram.map(({ fromMs, toMs: endMs, count }) => {
    const length = Math.ceil((count / countMax) * barWidth);
    const range = `${toMs(fromMs).padStart(6)} – ${toMs(endMs).padEnd(6)}`;
    return `  ${range} ${'█'.repeat(length).padEnd(barWidth)} ${toCount(count)}`;
  });
}
