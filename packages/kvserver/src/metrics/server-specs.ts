/** Metrics of the server as a member of its cluster, and of its store. Names follow those of etcd where it has a like. */
import type { Check } from '@paxkv/protocol';
import type { BoundUse } from '../replica/requests/admission.ts';
import type { MetricFacts } from './facts.ts';
import type { MetricSpec } from './metric-spec.ts';

const states = ['starting', 'running', 'repairing', 'stopping', 'failed'] as const;

export const serverSpecs: readonly MetricSpec<MetricFacts>[] = [
  {
    name: 'paxkv_build_info',
    type: 'gauge',
    help: 'Always 1; the labels say which server this is and what it runs',
    labels: ['version', 'node_version', 'cluster', 'node'],
    read: ({ status: { version, cluster, node } }) => [
      { labels: { version, node_version: process.version, cluster, node }, value: 1 },
    ],
  },
  {
    name: 'paxkv_server_state',
    type: 'gauge',
    help: '1 for the state in which the server is, 0 for the others',
    labels: ['state'],
    read: ({ status }) =>
      states.map((state) => ({ labels: { state }, value: Number(state === status.state) })),
  },
  {
    name: 'paxkv_server_check_passed',
    type: 'gauge',
    help: 'Whether a check of readiness passes; the server is ready if all do',
    labels: ['check'],
    read: ({ status: { checks } }) =>
      checks
        .filter(({ required }) => required)
        .map(({ name, passed }) => ({ labels: { check: name }, value: Number(passed) })),
  },
  {
    name: 'paxkv_server_has_leader',
    type: 'gauge',
    help: 'Whether the server knows of a leader',
    read: ({ status }) => Number(status.leader !== null),
  },
  {
    name: 'paxkv_server_is_leader',
    type: 'gauge',
    help: 'Whether the server leads',
    read: ({ status }) => Number(status.leader === status.node),
  },
  {
    name: 'paxkv_server_leader_changes_seen_total',
    type: 'counter',
    help: 'How often the server learned of a leader, which it did not know of before',
    read: ({ recorder }) => recorder.leaderChanges,
  },
  {
    name: 'paxkv_server_quorum_contact_age_seconds',
    type: 'gauge',
    help: 'Age of the last question that a quorum has answered; absent before the first',
    read: ({ status }) => secondsOf(checkOf(status.checks, 'quorum')?.value),
  },
  {
    name: 'paxkv_server_feature_level',
    type: 'gauge',
    help: 'The feature level of the cluster; absent while the data is closed',
    read: ({ status }) => status.featureLevel,
  },
  {
    name: 'paxkv_server_proposals_committed_total',
    type: 'counter',
    help: 'Instances of the log whose decisions have come, without a gap',
    read: ({ node }) => node?.next,
  },
  {
    name: 'paxkv_server_proposals_applied_total',
    type: 'counter',
    help: 'Instances of the log that are applied to the state',
    read: ({ status }) => status.applied + 1,
  },
  {
    name: 'paxkv_server_proposals_pending',
    type: 'gauge',
    help: 'Requests that were accepted and have no reply yet',
    read: ({ status }) => status.pending,
  },
  {
    name: 'paxkv_server_proposals_failed_total',
    type: 'counter',
    help: 'Requests that ended in KV_TIMEOUT or KV_INTERRUPTED',
    read: ({ recorder }) => recorder.failedProposals,
  },
  {
    name: 'paxkv_server_slow_apply_total',
    type: 'counter',
    help: 'Runs of the log that took 100 ms or more to apply',
    read: ({ recorder }) => recorder.slowApplies,
  },
  {
    name: 'paxkv_server_lag_instances',
    type: 'gauge',
    help: 'Instances that are known to exist and not applied here',
    read: ({ status: { lag } }) => lag.instances,
  },
  {
    name: 'paxkv_server_lag_bytes',
    type: 'gauge',
    help: 'Bytes of the decisions among them that have come',
    read: ({ status: { lag } }) => lag.waitingBytes,
  },
  {
    name: 'paxkv_server_state_age_seconds',
    type: 'gauge',
    help: 'The state has everything that was acknowledged longer ago than this; absent if that is not known',
    read: ({ status: { lag } }) => secondsOf(lag.ageMs ?? undefined),
  },
  {
    name: 'paxkv_server_event_loop_delay_seconds',
    type: 'histogram',
    help: 'By how much a timer that fires four times a second was late',
    read: ({ recorder }) => [{ reading: recorder.delays.reading }],
  },
  {
    name: 'paxkv_server_bound_used',
    type: 'gauge',
    help: 'How much of a bound is in use; at the limit requests are refused',
    labels: ['bound'],
    read: (facts) => boundsOf(facts).map(({ bound, used }) => ({ labels: { bound }, value: used })),
  },
  {
    name: 'paxkv_server_bound_limit',
    type: 'gauge',
    help: 'The limit of a bound',
    labels: ['bound'],
    read: (facts) => boundsOf(facts).map(({ bound, max }) => ({ labels: { bound }, value: max })),
  },
  {
    name: 'paxkv_store_revision_total',
    type: 'counter',
    help: 'Writes of the store, by all clients',
    read: ({ status }) => status.revision,
  },
  {
    name: 'paxkv_store_sessions',
    type: 'gauge',
    help: 'Open sessions',
    read: ({ status }) => status.sessions,
  },
];

function boundsOf({ node, clientBounds }: MetricFacts): readonly BoundUse[] {
  return [...(node?.bounds ?? []), ...clientBounds];
}

function checkOf(checks: readonly Check[], name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
