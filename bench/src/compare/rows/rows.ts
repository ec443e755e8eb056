/** All rows, in the order of the table. */
import { judge } from '../judge.ts';
import type { RowResult } from '../result.ts';
import type { CompareSettings } from '../settings.ts';
import type { Stage } from '../stage.ts';
import { failoverRows } from './failover-rows.ts';
import { largeValuesRow } from './large-values-row.ts';
import { loadRows } from './load-rows.ts';
import { memoryRow } from './memory-row.ts';
import type { Row } from './row.ts';

export const rows: readonly Row[] = [...loadRows, ...failoverRows, memoryRow, largeValuesRow];

/** Runs the rows that are asked for, and judges each. */
export async function runRows(stage: Stage, settings: CompareSettings): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows.filter(({ key }) => settings.rows.includes(key))) {
    const { key, work, unit, peers, goals } = row;
    const { figures, notes } = await row.run(stage, settings);
    results.push({
      ...{ key, work, unit, figures },
      judgements: goals.map((goal) => judge(goal, figures, unit)),
      notes: [...stage.absences(peers), ...notes],
    });
  }
  return results;
}
