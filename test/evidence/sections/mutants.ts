/** Known mistakes that were put into the code, and what noticed them. */
import { bars } from '../bars.ts';
import { type Html, html, table } from '../html.ts';
import { type MutantsBody, type Result, resultsOf } from '../result.ts';

type Trial = MutantsBody['trials'][number];

/** Upper bounds of groups of seeds. */
const seedGroups = [1, 2, 5, 10, 20, 50, 100, 500, 2000];

export function mutantsSection(results: readonly Result[]): Html {
  const trials = resultsOf(results, 'mutants').flatMap((run) => run.trials);
  if (trials.length === 0) return html``;
  const rows = (['test', 'simulation'] as const).map((by) => {
    const some = trials.filter((trial) => trial.by === by);
    const caught = some.filter(({ isCaught }) => isCaught);
    const name = by === 'test' ? 'a test named with the mutant' : 'the simulation';
    return [name, some.length, caught.length, shareOf(caught.length, some.length)];
  });
  const missed = trials.filter(({ isCaught }) => !isCaught);
  return html`<h2 id="mutants">Mistakes put into the code</h2>
<p>Each mutant is one known mistake. What must notice it is run with it; here is how often it did.</p>
${table(['must notice it', 'trials', 'noticed', 'share'], rows)}
${missed.length === 0 ? html`<p>Nothing went unnoticed.</p>` : toMissed(missed)}
<h3>Seeds until the simulation noticed</h3>
${bars('Mutants by the seeds until one failed', toGroups(trials))}`;
}

function toMissed(missed: readonly Trial[]): Html {
  const items = missed.map(({ id, by }) => html`<li><code>${id}</code>, by the ${by}</li>\n`);
  return html`<p>Not noticed:</p>\n<ul>\n${items}</ul>\n`;
}

function toGroups(trials: readonly Trial[]) {
  const seeds = trials.flatMap(({ by, isCaught, seedCount = 0 }) =>
    by === 'simulation' && isCaught ? [seedCount] : [],
  );
  return seedGroups.map((last, index) => {
    const first = (seedGroups[index - 1] ?? 0) + 1;
    const value = seeds.filter((count) => count >= first && count <= last).length;
    const name = first === last ? `${last}` : `${first} to ${last}`;
    return { name, value, text: `${value}` };
  });
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;
}
