/** Faults of real processes, networks and disks. */
import { bars } from '../bars.ts';
import { type Html, html, table, tellMs, verdict } from '../html.ts';
import { type FaultsBody, type Result, resultsOf, sum } from '../result.ts';

type Run = FaultsBody['runs'][number];

export function faultsSection(results: readonly Result[]): Html {
  const bodies = resultsOf(results, 'faults');
  const runs = bodies.flatMap((body) => body.runs);
  if (bodies.length === 0) return html``;
  const kinds = [...new Set(runs.map(({ kind }) => kind))].map((kind) => ({
    kind,
    some: runs.filter((run) => run.kind === kind),
  }));
  const rows = kinds.map(({ kind, some }) => toRow(kind, some));
  const silences = kinds.map(({ kind, some }) => {
    const value = most(some, ({ longestSilenceMs }) => longestSilenceMs);
    return { name: kind, value, text: tellMs(value) };
  });
  const skipped = sum(bodies, ({ skippedCount }) => skippedCount);
  const broken = sum(bodies, ({ brokenCount }) => brokenCount);
  const heads = ['fault', 'runs', 'faults', 'at the leader', 'calls judged', 'writes acknowledged'];
  return html`<h2 id="faults">Real processes</h2>
<p>Clusters of real servers under load, while faults are injected. The history of each run is judged, and the disks
are compared in the end.</p>
${table([...heads, 'slowest return', ''], [...rows, toRow('all', runs)])}
${skipped === 0 ? html`` : html`<p>Runs left out because the machine lacks what they need: ${skipped}.</p>`}
${broken === 0 ? html`` : html`<p>${broken} runs could not start.</p>`}
<h3>Longest time without an acknowledged write</h3>
${bars('Longest time without an acknowledged write, by kind of fault', silences)}`;
}

function toRow(kind: string, runs: readonly Run[]) {
  return [
    kind,
    runs.length,
    sum(runs, ({ strikeCount }) => strikeCount),
    sum(runs, ({ leaderCount }) => leaderCount),
    sum(runs, ({ callCount }) => callCount),
    sum(runs, ({ ackCount }) => ackCount),
    tellMs(most(runs, ({ slowestRecoveryMs }) => slowestRecoveryMs)),
    verdict(runs.every(({ findingCount }) => findingCount === 0)),
  ];
}

function most(runs: readonly Run[], count: (run: Run) => number): number {
  return runs.reduce((highest, run) => Math.max(highest, count(run)), 0);
}
