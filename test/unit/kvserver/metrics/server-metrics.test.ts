import type { MetricFacts } from '@paxkv/kvserver/internal/metrics/facts';
import { Recorder } from '@paxkv/kvserver/internal/metrics/recorder';
import { metricSpecs, ServerMetrics } from '@paxkv/kvserver/internal/metrics/server-metrics';
import type { CurrentStatus } from '@paxkv/protocol';
import { expect } from 'chai';

const status: CurrentStatus = {
  ...{ node: 1, cluster: 'shop', version: '9.9.9', state: 'running', featureLevel: 1 },
  ...{ applied: 41, min: 0, max: 44, revision: 40, sessions: 3, pending: 5, leader: 2 },
  checks: [
    { name: 'state', passed: true, required: true, detail: 'running' },
    { name: 'quorum', passed: true, required: true, detail: 'yes', value: 120, limit: 1000 },
    { name: 'peer 0', passed: false, required: false, detail: 'not connected' },
  ],
  majority: { reached: true, forMs: 10 },
  lag: { instances: 3, waitingBytes: 99, ageMs: 250 },
  peers: [
    { node: 0, connected: false },
    { node: 2, connected: true, roundTripMs: 0.5 },
  ],
  retained: { instances: 12, bytes: 3456, neededBy: [] },
  disk: { flushes: 9, p50Ms: 1, p99Ms: 2, lastAgoMs: 3, pendingMs: 4000 },
  catchUp: { tier: 'log', from: 2, received: 7, total: 10 },
  scrub: { isRunning: true, rows: 8, lastPassAtMs: 1_700_000_000_000, differsFrom: [0] },
  ...{ residentBytes: 1, uptimeMs: 1 },
  peerRefusals: { 'wrong cluster': 3 },
};

const facts: MetricFacts = {
  status,
  node: {
    ...{ next: 43, undurableBytes: 77, logWindowBytes: 66, journalBytes: 55 },
    peerLag: [{ peer: 0, instances: 30, bytes: 3000 }],
    bounds: [{ bound: 'pendingBytesMax', used: 10, max: 100 }],
    messages: { sent: 1, dropped: 2, received: 3, invalidFrames: 4, refusedConnections: 5 },
  },
  clientBounds: [{ bound: 'memoryBudgetBytes', used: 20, max: 200 }],
  connections: { http: 4, stream: 6 },
  disk: { parts: [{ part: 'journal', bytes: 1024 }], freeBytes: 4096 },
  recorder: new Recorder(),
  slowRequests: 2,
};

describe('ServerMetrics', () => {
  const textOf = (of: MetricFacts) => new ServerMetrics(async () => of).text();

  it('shows what the server knows', async () => {
    const lines = (await textOf(facts)).split('\n');
    expect(lines).to.include.members([
      `paxkv_build_info{version="9.9.9",node_version="${process.version}",cluster="shop",node="1"} 1`,
      'paxkv_server_state{state="running"} 1',
      'paxkv_server_state{state="failed"} 0',
      'paxkv_server_check_passed{check="quorum"} 1',
      'paxkv_server_has_leader 1',
      'paxkv_server_is_leader 0',
      'paxkv_server_quorum_contact_age_seconds 0.12',
      'paxkv_server_proposals_committed_total 43',
      'paxkv_server_proposals_applied_total 42',
      'paxkv_server_proposals_pending 5',
      'paxkv_server_state_age_seconds 0.25',
      'paxkv_server_bound_used{bound="pendingBytesMax"} 10',
      'paxkv_server_bound_limit{bound="memoryBudgetBytes"} 200',
      'paxkv_store_revision_total 40',
      'paxkv_slow_requests_total 2',
      'paxkv_network_peer_refusals_total{reason="wrong cluster"} 3',
      'paxkv_network_client_connections{transport="stream"} 6',
      'paxkv_network_peer_connected{peer="0"} 0',
      'paxkv_network_peer_lag_instances{peer="0"} 30',
      'paxkv_network_peer_lag_bytes{peer="0"} 3000',
      'paxkv_network_peer_invalid_frames_total 4',
      'paxkv_disk_wal_pending_seconds 4',
      'paxkv_disk_data_bytes{part="journal"} 1024',
      'paxkv_disk_free_bytes 4096',
      'paxkv_log_retained_bytes 3456',
      'paxkv_log_undurable_bytes 77',
      'paxkv_catch_up_received{tier="log"} 7',
      'paxkv_catch_up_expected{tier="log"} 10',
      'paxkv_scrub_last_pass_timestamp_seconds 1700000000',
      'paxkv_scrub_differing_peers 1',
    ]);
  });

  it('shows peers under their nodes only as labels, and no check of a peer', async () => {
    expect(await textOf(facts)).not.to.include('check="peer');
  });

  it('shows a server whose data is closed', async () => {
    const { retained, disk, catchUp, scrub, featureLevel, ...rest } = status;
    const closed = {
      ...facts,
      node: undefined,
      status: { ...rest, state: 'repairing', leader: null },
    } as const;
    const text = await textOf(closed);
    expect(text).to.include('paxkv_server_state{state="repairing"} 1\n');
    expect(text).to.include('paxkv_server_has_leader 0\n');
    expect(text).not.to.match(/^paxkv_server_(?:feature_level|proposals_committed_total) /m);
  });

  it('has the metrics of the process too', async () => {
    expect(await textOf(facts)).to.match(/^process_cpu_seconds_total /m);
  });

  it('names each metric once, with its unit, and a counter with _total', () => {
    const names = metricSpecs.map(({ name }) => name);
    expect(new Set(names)).to.have.property('size', names.length);
    for (const { name, type, help } of metricSpecs) {
      expect(name).to.match(/^paxkv_[a-z_]+$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(help, name).to.match(/^(?:[A-Z1]).*[^.]$/);
    }
  });

  it('gives samples no label that is not declared, and all that are', () => {
    for (const spec of metricSpecs) {
      const found = spec.read(facts);
      const samples = Array.isArray(found) ? found : [];
      for (const { labels = {} } of samples) {
        expect(Object.keys(labels), spec.name).to.have.members(spec.labels ?? []);
      }
    }
  });
});
