/** Five nodes and large values, beside etcd's. Reported only: there is no goal to hold it to. */
import type { Figure } from '../result.ts';
import { contestantsOf, runRounds } from '../rounds.ts';
import type { Row } from './row.ts';

const nodeCount = 5;
const inFlight = 1024;
const valueSizes = [1000, 16_000];

export const largeValuesRow: Row = {
  key: 'large-values',
  work: 'five nodes, puts of 1 kB and 16 kB, 1024 in flight',
  unit: 'perSecond',
  peers: ['etcd'],
  goals: [],
  async run(stage, settings) {
    const contestants = contestantsOf(await stage.stores(['paxkv', 'etcd'], nodeCount));
    const all: { figures: Figure[]; notes: string[] } = { figures: [], notes: [] };
    for (const valueBytes of valueSizes) {
      const { figures, notes } = await runRounds(contestants, {
        ...settings,
        ...{ title: `five nodes, ${valueBytes}-byte values`, use: 'puts', inFlight, valueBytes },
        scoreOf: ({ perSecond }) => perSecond,
      });
      const size = `${valueBytes / 1000} kB`;
      all.figures.push(...figures.map((figure) => ({ ...figure, way: `${figure.way}, ${size}` })));
      all.notes.push(...notes);
    }
    return all;
  },
};
