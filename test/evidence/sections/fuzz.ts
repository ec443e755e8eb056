/** Mutated requests. */
import { type Html, html, table, tellMs, verdict } from '../html.ts';
import { type Result, resultsOf } from '../result.ts';

const mebibyte = 2 ** 20;

export function fuzzSection(results: readonly Result[]): Html {
  const runs = resultsOf(results, 'fuzz');
  if (runs.length === 0) return html``;
  const rows = runs.map(({ target, inputCount, slowestMs, grownBytes, hasPassed }) => [
    target,
    inputCount,
    slowestMs === undefined ? '' : tellMs(slowestMs),
    grownBytes === undefined ? '' : `${Math.round(grownBytes / mebibyte)} MiB`,
    verdict(hasPassed),
  ]);
  return html`<h2 id="fuzz">Mutated requests</h2>
<p>What a server gets at each of its ports, changed at random. It must go on, answer in time, and give its memory
back.</p>
${table(['port', 'inputs', 'slowest valid request', 'memory kept', ''], rows)}`;
}
