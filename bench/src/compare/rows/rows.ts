/** All rows, in the order of the table. */
import { judge } from '../judge.ts';
import type { RowResult } from '../result.ts';
import type { CompareSettings } from '../settings.ts';
import type { Stage } from '../stage.ts';
import { failoverRows } from './failover-rows.ts';
import { largeValuesRows } from './large-values-rows.ts';
import { loadRows } from './load-rows.ts';
import { memoryRow } from './memory-row.ts';
import type { Row } from './row.ts';

export const rows: readonly Row[] = [...loadRows, ...failoverRows, memoryRow, ...largeValuesRows];

/** Runs the requested rows and judges each. A row that fails does not keep the others from running. */
export async function runRows(stage: Stage, settings: CompareSettings): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows.filter(({ key }) => settings.rows.includes(key))) {
    results.push(await runRow(row, stage, settings));
  }
  return results;
}

export async function runRow(
  row: Row,
  stage: Stage,
  settings: CompareSettings,
): Promise<RowResult> {
  const { key, work, unit, peers, goals } = row;
  const absences = stage.absences(peers);
  try {
    const { figures, notes } = await row.run(stage, settings);
    const judgements = goals.map((goal) => judge(goal, figures, unit));
    return { ...{ key, work, unit, figures, judgements }, notes: [...absences, ...notes] };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const judgements = goals.map((goal) => judge(goal, [], unit));
    const notes = [...absences, `could not be measured: ${failure}`];
    return { ...{ key, work, unit, figures: [], judgements, notes, failure } };
  }
}
