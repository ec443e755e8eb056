/** The common shape of the rows: one workload, run on paxkv and on some peers. */
import type { StoreName } from '../../stores/store.ts';
import type { Goal, RowResult, Unit } from '../result.ts';
import type { RowKey } from '../row-keys.ts';
import type { CompareSettings } from '../settings.ts';
import type { Stage } from '../stage.ts';

export interface Row {
  readonly key: RowKey;
  /** Description for people. */
  readonly work: string;
  readonly unit: Unit;
  readonly peers: readonly StoreName[];
  readonly goals: readonly Goal[];
  run(stage: Stage, settings: CompareSettings): Promise<Pick<RowResult, 'figures' | 'notes'>>;
}
