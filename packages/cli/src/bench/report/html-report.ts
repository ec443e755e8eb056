/** The figures as one HTML page that loads nothing, in the reader's light or dark colours. */
import type { BenchResult } from '../run-bench.ts';
import type { BenchSettings } from '../settings.ts';
import { escapeText, type Plot, toSvg } from './plot.ts';
import { toCount, toFailureList, toMs, toTitle } from './text-report.ts';

const style = `
:root { color-scheme: light dark; --text: #1c2330; --faint: #667085; --bar: #2f6fde; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --faint: #98a2b3; --bar: #6ea0ff; --page: #14171d; }
}
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; background: var(--page);
  color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; } th { text-align: left; font-weight: normal; color: var(--faint); }
td, th { padding: .15rem 1.5rem .15rem 0; } td { font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } rect { fill: var(--bar); } line { stroke: var(--faint); }
text { fill: var(--text); font: 11px system-ui, sans-serif; text-anchor: middle; }
text.label, text.scale { fill: var(--faint); } text.scale { text-anchor: start; }
line.scale { stroke-dasharray: 2 4; }
`;

export function toHtmlReport(settings: BenchSettings, result: BenchResult): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>paxkv bench</title>
<style>${style}</style>
</head>
<body>
<h1>paxkv bench</h1>
<p>${escapeText(toTitle(settings))}</p>
${toFactTable(result)}
${plotsOf(result).map(toSection).join('\n')}
</body>
</html>
`;
}

function toFactTable(result: BenchResult): string {
  const facts: [string, string][] = [
    ['answered', `${toCount(result.answered)} in ${result.seconds.toFixed(1)} s`],
    ['rate', `${toCount(result.perSecond)} a second`],
    ['failed', toFailureList(result.failures)],
    ['due but not sent', toCount(result.unsent)],
    ['reads of absent keys', toCount(result.absent)],
    ['load generator', `${Math.round(result.generatorShare * 100)} % of a core`],
  ];
  const rows = facts.map(([name, text]) => `<tr><th>${name}</th><td>${escapeText(text)}</td></tr>`);
  return `<table>\n${rows.join('\n')}\n</table>`;
}

function toSection(plot: Plot): string {
  return `<h2>${escapeText(plot.title)}</h2>\n${toSvg(plot)}`;
}

function plotsOf({ rateOverTime, latencyMs, histogram }: BenchResult): Plot[] {
  const { intervalMs, perSecond } = rateOverTime;
  const rates = {
    title: 'Requests a second, over time',
    bars: perSecond.map((rate, index) => ({
      label: `${((index * intervalMs) / 1000).toFixed(1)} s`,
      height: rate,
      text: toCount(rate),
    })),
  };
  if (latencyMs === null) return [rates];
  const percentiles = [
    ['p50', latencyMs.p50],
    ['p90', latencyMs.p90],
    ['p99', latencyMs.p99],
    ['p99.9', latencyMs.p99_9],
    ['max', latencyMs.max],
  ] as const;
  return [
    rates,
    {
      title: 'Latency percentiles, ms',
      bars: percentiles.map(([label, ms]) => ({ label, height: ms, text: toMs(ms) })),
    },
    {
      title: 'Requests by latency, ms',
      bars: histogram.map(({ fromMs, count }) => ({
        label: toMs(fromMs),
        height: count,
        text: toCount(count),
      })),
    },
  ];
}
