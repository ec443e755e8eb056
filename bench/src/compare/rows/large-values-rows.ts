/** Five nodes and large values, compared with etcd. Reported only: there is no goal for it. */

import { contestantsOf, runRounds } from '../rounds.ts';
import type { RowKey } from '../row-keys.ts';
import type { Row } from './row.ts';

const nodeCount = 5;
const inFlight = 1024;

export const largeValuesRows: readonly Row[] = [
  toRow('values-1kb', 1000),
  toRow('values-16kb', 16_000),
];

function toRow(key: RowKey, valueBytes: number): Row {
  const work = `puts at five nodes, ${inFlight} in flight, ${valueBytes / 1000} kB values`;
  return {
    ...{ key, work, unit: 'perSecond', peers: ['etcd'], goals: [] },
    async run(stage, settings) {
      const contestants = contestantsOf(await stage.stores(['paxkv', 'etcd'], nodeCount));
      return runRounds(contestants, {
        ...settings,
        ...{ title: work, use: 'puts', inFlight, valueBytes },
        scoreOf: ({ perSecond }) => perSecond,
      });
    },
  };
}
