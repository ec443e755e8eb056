/** An absence as one HTML page that loads nothing: the figures, and memory and disk over time. */
import type { AbsenceFigures } from './absence-run.ts';
import { toLineChart } from './line-chart.ts';
import type { Sample } from './resource-log.ts';

const mebibyte = 1024 * 1024;

const style = `
:root { color-scheme: light dark; --text: #1c2330; --faint: #667085; --shade: #f2e9d8; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --faint: #98a2b3; --shade: #33301f; --page: #14171d; }
}
body { margin: 2rem auto; max-width: 50rem; padding: 0 1rem; background: var(--page);
  color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .15rem 1.5rem .15rem 0; text-align: left; }
th { font-weight: normal; color: var(--faint); } td { font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } rect { fill: var(--shade); } line { stroke: var(--faint); stroke-width: .3; }
path { fill: none; stroke-width: 1.6; }
text { fill: var(--faint); font: 11px system-ui, sans-serif; } text.x { text-anchor: middle; }
text.y { text-anchor: end; }
.line-0 { stroke: #2f6fde; } .line-1 { stroke: #c2410c; } .line-2 { stroke: #15803d; }
b.line-0 { color: #2f6fde; } b.line-1 { color: #c2410c; } b.line-2 { color: #15803d; }
`;

export function toReportPage(title: string, figures: AbsenceFigures): string {
  const { rows, samples } = figures;
  const legend = samples.map((_, node) => `<b class="line-${node}">node ${node}</b>`).join(' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<table>
${rows.map(({ name, text }) => `<tr><th>${name}</th><td>${text}</td></tr>`).join('\n')}
</table>
<h2>Resident memory, MiB</h2>
<p>${legend}</p>
${chartOf('Resident memory of each node', figures, ({ memoryBytes }) => memoryBytes)}
<h2>Disk, MiB</h2>
<p>${legend}</p>
${chartOf('Disk of each node', figures, ({ diskBytes }) => diskBytes)}
</body>
</html>
`;
}

function chartOf(
  title: string,
  { samples, downFromMs, downToMs, absent }: AbsenceFigures,
  bytesOf: (sample: Sample) => number | undefined,
): string {
  return toLineChart({
    title,
    lines: samples.map((series, node) => ({
      name: `node ${node}`,
      points: series.map((sample) => ({ x: sample.atMs, y: bytesOf(sample) })),
    })),
    shaded: { from: downFromMs, to: downToMs, label: `node ${absent} is down` },
    xText: (x) => `${Math.round(x / 1000)} s`,
    yText: (y) => `${Math.round(y / mebibyte)}`,
  });
}
