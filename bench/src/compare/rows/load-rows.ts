/** The rows that are loads: puts, gets, and puts over HTTP. */
import type { Figures } from 'paxkv/internal/bench/report/figures';
import type { Store, StoreName, Use } from '../../stores/store.ts';
import type { Goal, Unit } from '../result.ts';
import { type Contestant, contestantsOf, runRounds } from '../rounds.ts';
import type { RowKey } from '../row-keys.ts';
import type { Row } from './row.ts';

interface LoadRow {
  readonly key: RowKey;
  readonly work: string;
  readonly use: Use;
  readonly inFlight: number;
  readonly unit?: Unit;
  readonly peers?: readonly StoreName[];
  readonly goals: readonly Goal[];
  /** Whether to use the HTTP interfaces only. */
  readonly isHttp?: boolean;
}

const valueBytes = 128;

export const loadRows: readonly Row[] = [
  toRow({
    key: 'puts-256',
    work: 'puts, 256 in flight, 128-byte values',
    ...{ use: 'puts', inFlight: 256 },
    goals: [atLeast(8, 'etcd'), atLeast(5, 'ZooKeeper')],
  }),
  toRow({
    key: 'puts-64',
    work: 'puts, 64 in flight, 128-byte values',
    ...{ use: 'puts', inFlight: 64 },
    goals: [atLeast(4, 'etcd')],
  }),
  toRow({
    key: 'put-alone',
    work: "one client's put, p50",
    ...{ use: 'puts', inFlight: 1, unit: 'ms' },
    goals: [{ type: 'ratio', peer: 'etcd', bound: 'at most', ratio: 0.6 }],
  }),
  toRow({
    key: 'gets-64',
    work: 'gets, 64 in flight over all nodes; linearizable, of ZooKeeper local',
    ...{ use: 'gets', inFlight: 64 },
    goals: [atLeast(10, 'etcd'), atLeast(1, 'ZooKeeper')],
  }),
  toRow({
    key: 'http-256',
    work: 'HTTP JSON puts over 256 connections, 128-byte values',
    ...{ use: 'puts', inFlight: 256, isHttp: true, peers: ['etcd'] },
    goals: [atLeast(1.5, 'etcd')],
  }),
];

function atLeast(ratio: number, peer: StoreName): Goal {
  return { type: 'ratio', peer, bound: 'at least', ratio };
}

function toRow(load: LoadRow): Row {
  const { key, work, use, inFlight, goals, unit = 'perSecond' } = load;
  const peers = load.peers ?? ['etcd', 'ZooKeeper', 'Redis'];
  const scoreOf = ({ perSecond, latencyMs }: Figures) =>
    unit === 'ms' ? (latencyMs?.p50 ?? Number.POSITIVE_INFINITY) : perSecond;
  return {
    ...{ key, work, unit, peers, goals },
    async run(stage, settings) {
      const stores = await stage.stores(['paxkv', ...peers]);
      const contestants = load.isHttp ? httpContestantsOf(stores) : contestantsOf(stores);
      const times = { ...settings, title: work };
      return runRounds(contestants, { ...times, use, inFlight, valueBytes, scoreOf });
    },
  };
}

function httpContestantsOf(stores: readonly Store[]): readonly Contestant[] {
  return stores.flatMap((store) => store.httpClients.map((client) => ({ store, client })));
}
