/** The evidence as one HTML page that loads nothing: figures of result files, as tables and charts. */
import type { PieceEntry } from '../gate/record.ts';
import { type Html, html, verdict } from './html.ts';
import { tellMachine } from './machine.ts';
import { countsOf, type Result, resultsOf, sum } from './result.ts';
import { damageSection } from './sections/damage.ts';
import { faultsSection } from './sections/faults.ts';
import { fuzzSection } from './sections/fuzz.ts';
import { gateSection } from './sections/gate.ts';
import { generatedSection } from './sections/generated.ts';
import { mutantsSection } from './sections/mutants.ts';
import { simulationSection } from './sections/simulation.ts';
import { style } from './style.ts';

const titles: Readonly<Record<Result['kind'], string>> = {
  simulation: 'simulation',
  mutants: 'mistakes put into the code',
  generated: 'mistakes made by rule',
  faults: 'real processes',
  damage: 'damaged files',
  fuzz: 'mutated requests',
};

export interface Evidence {
  readonly results: readonly Result[];
  /** The record of the gate. */
  readonly pieces: readonly PieceEntry[];
}

export function toEvidencePage({ results, pieces }: Evidence): string {
  const { html: page } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>paxkv: evidence</title>
<style>${style}</style>
</head>
<body>
<h1>Evidence</h1>
<p>What the tests of paxkv ran, and what they found. Every figure comes from a file that a test program wrote.
What each kind of test can find, and what it cannot, is in <a href="testing.md">docs/testing.md</a>.</p>
${originsOf(results)}
<div class="tiles">
${tilesOf(results)}</div>
${missingOf(results)}
${simulationSection(results)}
${mutantsSection(results)}
${generatedSection(results)}
${faultsSection(results)}
${damageSection(results)}
${fuzzSection(results)}
${gateSection(pieces)}
<h2 id="again">Make this page again</h2>
<pre>npm run evidence -- --run quick   # small runs of everything, then the page
npm run gate -- --piece 'simulation 1' --append   # one piece of the gate, added to its record</pre>
<p>Each test program writes its result with <code>--json FILE</code>; <code>npm run evidence -- --from FOLDER</code>
makes the page from all of them.</p>
</body>
</html>
`;
  return page;
}

function originsOf(results: readonly Result[]): Html {
  const origins = new Set(
    results.map(({ commit, machine, startedAt }) =>
      [`commit ${commit}`, startedAt.slice(0, 10), tellMachine(machine)].join(', '),
    ),
  );
  return html`<p class="origin">${[...origins].map((origin) => html`${origin}<br>\n`)}</p>`;
}

/** Says which kinds of tests the page has no result of. */
function missingOf(results: readonly Result[]): Html {
  const kinds = new Set(results.map(({ kind }) => kind));
  const missing = Object.entries(titles).flatMap(([kind, title]) =>
    [...kinds].some((one) => one === kind) ? [] : [title],
  );
  return missing.length === 0 ? html`` : html`<p>Not run for this page: ${missing.join(', ')}.</p>`;
}

/** The main figures, each with its verdict. */
function tilesOf(results: readonly Result[]): Html[] {
  const tiles = [
    tile(results, 'simulation', 'seeds', 'seeds simulated'),
    tile(results, 'simulation', 'calls', 'simulated calls judged'),
    tile(results, 'mutants', 'mutants', 'mistakes tried'),
    tile(results, 'generated', 'mutants', 'mistakes made by rule'),
    tile(results, 'faults', 'faults', 'faults of real processes'),
    tile(results, 'faults', 'calls', 'calls to real processes judged'),
    tile(results, 'damage', 'recovered', 'damaged clusters recovered'),
    tile(results, 'fuzz', 'inputs', 'mutated inputs'),
  ];
  return tiles.flatMap((one) => one ?? []);
}

function tile(
  results: readonly Result[],
  kind: Result['kind'],
  count: string,
  name: string,
): Html | undefined {
  const some = resultsOf(results, kind);
  if (some.length === 0) return undefined;
  const value = sum(some, (one) => countsOf(one)[count] ?? 0);
  const hasPassed = some.every((one) => one.hasPassed);
  return html`<div class="tile"><strong>${value}</strong> ${name} ${verdict(hasPassed)}</div>\n`;
}
