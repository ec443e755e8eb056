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
  const rows = (['test', 'simulation'] as const).flatMap((by) => {
    const some = trials.filter((trial) => trial.by === by);
    if (some.length === 0) return [];
    const caught = some.filter(({ isCaught }) => isCaught);
    const name = by === 'test' ? 'a test named with the mutant' : 'the simulation';
    return [[name, some.length, caught.length, shareOf(caught.length, some.length)]];
  });
  const missed = trials.filter(({ isCaught }) => !isCaught);
  return html`<h2 id="mutants">Mistakes put into the code</h2>
<p>Each mutant is one known mistake. What must notice it is run with it; here is how often it did.</p>
${table(['must notice it', 'trials', 'noticed', 'share'], rows)}
${missed.length === 0 ? html`<p>Nothing went unnoticed.</p>` : toMissed(missed)}
${toSeedChart(trials)}`;
}

function toMissed(missed: readonly Trial[]): Html {
  const items = missed.map(({ id, by }) => html`<li><code>${id}</code>, by the ${by}</li>\n`);
  return html`<p>Not noticed:</p>\n<ul>\n${items}</ul>\n`;
}

function toSeedChart(trials: readonly Trial[]): Html {
  const seeds = trials.flatMap(({ by, isCaught, seedCount = 0 }) =>
    by === 'simulation' && isCaught ? [seedCount] : [],
  );
  if (seeds.length === 0) return html``;
  const groups = seedGroups.map((last, index) => {
    const first = (seedGroups[index - 1] ?? 0) + 1;
    const value = seeds.filter((count) => count >= first && count <= last).length;
    const name = first === last ? `${last}` : `${first} to ${last}`;
    return { name, value, text: `${value}` };
  });
  return html`<h3>Seeds until the simulation noticed</h3>
${bars('Mutants by the seeds until one failed', groups)}`;
}

function shareOf(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
