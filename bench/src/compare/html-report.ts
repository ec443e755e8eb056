/** Renders the comparison as one self-contained page. */
import { escapeText } from 'paxkv/internal/bench/report/plot';
import { type Comparison, heads, toCells, toHeadLines, toVerdict } from './report.ts';

const style = `
:root { color-scheme: light dark; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; } th { text-align: left; }
td, th { padding: .2rem .8rem .2rem 0; vertical-align: top; font-variant-numeric: tabular-nums; }
tr.first td { border-top: 1px solid #8886; }
`;

export function toHtmlReport(comparison: Comparison): string {
  const { rows } = comparison;
  const notes = rows.flatMap(({ key, notes: texts }) => texts.map((text) => `${key}: ${text}`));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>paxkv compared</title><style>${style}</style></head>
<body>
<h1>paxkv compared</h1>
${toHeadLines(comparison).map(toParagraph).join('\n')}
<table>
<tr>${heads.map((head) => `<th>${escapeText(head)}</th>`).join('')}</tr>
${rows.flatMap(toCells).map(toTableRow).join('\n')}
</table>
${notes.map(toParagraph).join('\n')}
<p><strong>${escapeText(toVerdict(rows))}</strong></p>
</body>
</html>
`;
}

function toParagraph(text: string): string {
  return `<p>${escapeText(text)}</p>`;
}

function toTableRow(cells: readonly string[]): string {
  const isFirst = cells[0] !== '';
  const texts = cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('');
  return `<tr${isFirst ? ' class="first"' : ''}>${texts}</tr>`;
}
