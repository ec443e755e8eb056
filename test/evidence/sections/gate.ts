/** The record of the gate: which pieces have run, at which commit. */
import type { PieceEntry } from '../../gate/record.ts';
import { type Html, html, table, verdict } from '../html.ts';
import { tellMachine } from '../machine.ts';

export function gateSection(entries: readonly PieceEntry[]): Html {
  if (entries.length === 0) return html``;
  const rows = entries.map(({ piece, commit, startedAt, seconds, counts, hasPassed }) => [
    piece,
    html`<code>${commit}</code>`,
    startedAt.slice(0, 10),
    `${Math.round(seconds / 60)} min`,
    Object.entries(counts)
      .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
      .join(', '),
    verdict(hasPassed),
  ]);
  const machines = [...new Set(entries.map(({ machine }) => tellMachine(machine)))];
  return html`<h2 id="gate">The gate before a release, in pieces</h2>
<p>The gate takes hours, so its pieces may run on different days. Machine: ${machines.join('; ')}.</p>
${table(['piece', 'commit', 'day', 'took', 'figures', ''], rows)}`;
}
