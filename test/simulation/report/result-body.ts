/** Totals as data, for the evidence. */
import type { SimulationBody } from '../../evidence/result.ts';
import { toEntry } from './seed-ledger.ts';
import type { Totals } from './totals.ts';

export function toResultBody(totals: Totals, firstSeed: number): SimulationBody {
  const { commit: _, ...entry } = toEntry(totals, { firstSeed, commit: '' });
  const states = [...totals.counters].map(([name, total]) => ({ name, ...total }));
  return { kind: 'simulation', ...entry, states };
}
