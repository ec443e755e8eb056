/** Mistakes that were made by rule at every place of the code, and the share that its unit tests noticed. */
import { bars } from '../bars.ts';
import { type Html, html } from '../html.ts';
import { type Result, resultsOf } from '../result.ts';

export function generatedSection(results: readonly Result[]): Html {
  const folders = resultsOf(results, 'generated').flatMap((run) => run.folders);
  if (folders.length === 0) return html``;
  const shares = folders.map(({ name, scoreMin, triedCount, killedCount, equivalentCount }) => {
    const counting = triedCount - equivalentCount;
    const value = counting === 0 ? 1 : killedCount / counting;
    const percent = (Math.floor(1000 * value) / 10).toFixed(1);
    const text = `${percent} % of ${counting}`;
    return { name, value, text, isBad: value < scoreMin };
  });
  return html`<h2 id="generated">Mistakes made by rule</h2>
<p>Operators, conditions, limits and statements are changed one at a time. Here is the share of the changes that the
unit tests of each folder noticed, without those that were found to change nothing.</p>
${bars('Share of generated mutants that were noticed, by folder', shares, 1)}`;
}
