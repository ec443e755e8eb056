/** The figures for a terminal: the load, its result, percentiles and a histogram. */
import type { BenchResult } from '../run-bench.ts';
import type { BenchSettings } from '../settings.ts';
import { requestKinds } from '../workload/mix.ts';

const barWidth = 40;

export function toTextReport(settings: BenchSettings, result: BenchResult): string {
  const { failures } = result;
  const lines = [
    toTitle(settings),
    '',
    `answered    ${toCount(result.answered)} in ${result.seconds.toFixed(1)} s`,
    `rate        ${toCount(result.perSecond)} a second`,
    `failed      ${toFailureList(failures)}`,
    ...(result.unsent > 0
      ? [`not sent    ${toCount(result.unsent)}: due while all requests in flight were unanswered`]
      : []),
    ...(result.absent > 0
      ? [`absent      ${toCount(result.absent)} reads of keys that did not exist`]
      : []),
    `generator   ${Math.round(result.generatorShare * 100)} % of a core`,
    '',
    ...toLatencyLines(result),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function toLatencyLines(result: BenchResult): string[] {
  const { latencyMs } = result;
  if (latencyMs === null) return ['latency ms  none: no request was answered'];
  const { p50, p90, p99, p99_9, max, mean } = latencyMs;
  return [
    'latency ms',
    `  p50 ${toMs(p50)}   p90 ${toMs(p90)}   p99 ${toMs(p99)}   ` +
      `p99.9 ${toMs(p99_9)}   max ${toMs(max)}   mean ${toMs(mean)}`,
    '',
    ...toBarLines(result),
  ];
}

/** The load in one line. */
export function toTitle(settings: BenchSettings): string {
  const { workload, inFlight, clientCount, perSecond, transport } = settings;
  const loop = perSecond === undefined ? 'closed loop' : `open loop of ${perSecond} a second`;
  const name = workload === undefined ? '' : `YCSB ${workload.toUpperCase()}: `;
  const clients = clientCount === 1 ? '1 client' : `${clientCount} clients`;
  return [
    `${name}${toMixText(settings)}`,
    `${settings.keyCount} keys (${settings.distribution})`,
    `${settings.valueBytes}-byte values`,
    `${inFlight} in flight from ${clients}${transport === 'http' ? ' over HTTP' : ''}`,
    `${loop} for ${settings.seconds} s`,
  ].join(', ');
}

function toMixText({ mix, consistency }: BenchSettings): string {
  const parts = requestKinds.flatMap((kind) => {
    const share = mix[kind] ?? 0;
    if (share === 0) return [];
    const words = kind === 'get' && consistency === 'serializable' ? 'serializable get' : kind;
    return [share === 1 ? `${words}s only` : `${Math.round(share * 100)} % ${words}s`];
  });
  return parts.join(' + ');
}

/** How many requests failed with each code; `0` if none failed. */
export function toFailureList(failures: Readonly<Record<string, number>>): string {
  const parts = Object.entries(failures).map(([code, count]) => `${toCount(count)} ${code}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}

/** With at least three digits: 0.412, 4.12, 41.2, 412. */
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
