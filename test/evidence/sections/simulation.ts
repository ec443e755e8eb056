/** Seeds, the states they reached, and those that failed. */
import { bars } from '../bars.ts';
import { type Html, html, table, verdict } from '../html.ts';
import { type Result, resultsOf, sum } from '../result.ts';

export function simulationSection(results: readonly Result[]): Html {
  const runs = resultsOf(results, 'simulation');
  if (runs.length === 0) return html``;
  const seedCount = sum(runs, (run) => run.seedCount);
  const names = [...new Set(runs.flatMap(({ states }) => states.map(({ name }) => name)))];
  const reached = names.map((name) => {
    const states = runs.flatMap((run) => run.states.filter((state) => state.name === name));
    const share = sum(states, (state) => state.seedCount) / seedCount;
    const text = share === 0 ? 'never reached' : `${(100 * share).toFixed(1)} %`;
    return { name, value: share, text, isBad: share === 0 };
  });
  const rows = runs.map((run) => [
    `${run.firstSeed} to ${run.firstSeed + run.seedCount - 1}`,
    run.simulatedHours,
    run.callCount,
    run.faultCount,
    run.failedSeeds.length === 0 ? 'none' : run.failedSeeds.join(', '),
    verdict(run.hasPassed),
  ]);
  return html`<h2 id="simulation">Simulation</h2>
<p>Whole clusters in virtual time, each under faults that a seed draws. Invariants are checked after every step,
and every call of a client is judged.</p>
${table(['seeds', 'simulated hours', 'calls judged', 'faults', 'failed seeds', ''], rows)}
<h3>States reached</h3>
<p>The share of seeds that reached each rare state. A test that never reaches a state proves nothing about it.</p>
${bars(
  'Share of seeds that reached each state',
  reached.toSorted((a, b) => b.value - a.value),
  1,
)}`;
}
