/** Damaged files: what became of clusters, by the kind of file and of damage. */
import { type Html, html, table } from '../html.ts';
import { type DamageBody, type DamageFate, type Result, resultsOf } from '../result.ts';

const marks: Readonly<Record<DamageFate, Html>> = {
  recovered: html`<b class="good" title="recovered">●</b>`,
  stopped: html`<b class="calm" title="stopped with a reason">■</b>`,
  failed: html`<b class="bad" title="failed">✗</b>`,
};

export function damageSection(results: readonly Result[]): Html {
  const cells = resultsOf(results, 'damage').flatMap((body) => body.cells);
  if (cells.length === 0) return html``;
  const corruptions = [...new Set(cells.map(({ corruption }) => corruption))];
  const targets = [...new Set(cells.map(({ target }) => target))];
  const rows = targets.map((target) => [
    target,
    ...corruptions.map((corruption) =>
      toMarks(cells.filter((cell) => cell.target === target && cell.corruption === corruption)),
    ),
  ]);
  return html`<h2 id="damage">Damaged files</h2>
<p>Each mark is a run. ${marks.recovered} all nodes have the same state again, and nothing is lost;
${marks.stopped} more was damaged than can be repaired: the nodes stopped and said so; ${marks.failed} neither.
The groups are: damage on one node, on a minority, and on all.</p>
${table(['file', ...corruptions], rows)}`;
}

function toMarks(cells: DamageBody['cells']): Html {
  const groups = cells.map(({ extent, fates }) => {
    const group = fates.map((fate) => marks[fate]);
    return html`<span class="group" title="${extent}">${group}</span> `;
  });
  return html`${groups}`;
}
