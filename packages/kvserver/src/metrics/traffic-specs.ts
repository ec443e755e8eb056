/** Metrics of the requests of clients, and of the connections to clients and to peers. */
import type { MetricFacts, PeerMessages } from './facts.ts';
import type { MetricSpec, NumberSpec } from './metric-spec.ts';

export const trafficSpecs: readonly MetricSpec<MetricFacts>[] = [
  {
    name: 'paxkv_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the arrival of a request to its reply or error',
    labels: ['command', 'transport', 'outcome'],
    read: ({ recorder }) => recorder.requests,
  },
  {
    name: 'paxkv_slow_requests_total',
    type: 'counter',
    help: 'Requests that took at least as long as --slow-request-ms says',
    read: ({ slowRequests }) => slowRequests,
  },
  {
    name: 'paxkv_error_replies_total',
    type: 'counter',
    help: 'Errors sent to clients, by their code',
    labels: ['transport', 'code'],
    read: ({ recorder }) => recorder.errors,
  },
  {
    name: 'paxkv_network_client_connections',
    type: 'gauge',
    help: 'Open connections of clients',
    labels: ['transport'],
    read: ({ connections }) =>
      Object.entries(connections).map(([transport, value]) => ({ labels: { transport }, value })),
  },
  {
    name: 'paxkv_network_peer_connected',
    type: 'gauge',
    help: 'Whether this server has an open connection to the peer',
    labels: ['peer'],
    read: ({ status: { peers } }) =>
      peers.map(({ node, connected }) => ({ labels: { peer: node }, value: Number(connected) })),
  },
  {
    name: 'paxkv_network_peer_round_trip_time_seconds',
    type: 'histogram',
    help: 'Round trips of pings to the peer, with the time in queues',
    labels: ['peer'],
    read: ({ recorder }) => recorder.roundTrips,
  },
  {
    name: 'paxkv_network_peer_lag_instances',
    type: 'gauge',
    help: 'Instances applied here that the peer is not known to have in its state database',
    labels: ['peer'],
    read: ({ node }) =>
      node?.peerLag.map(({ peer, instances }) => ({ labels: { peer }, value: instances })),
  },
  {
    name: 'paxkv_network_peer_lag_bytes',
    type: 'gauge',
    help: 'Bytes of the values of those instances, counted since this server was started',
    labels: ['peer'],
    read: ({ node }) =>
      node?.peerLag.map(({ peer, bytes }) => ({ labels: { peer }, value: bytes })),
  },
  {
    name: 'paxkv_network_peer_refused_messages_total',
    type: 'counter',
    help: 'Messages of the peer that were dropped, since their content cannot be right',
    labels: ['peer'],
    read: ({ recorder }) => recorder.refusedMessages,
  },
  {
    name: 'paxkv_network_peer_refusals_total',
    type: 'counter',
    help: 'Refused connections of peers, by the reason in words, since the data was opened',
    labels: ['reason'],
    read: ({ status: { peerRefusals = {} } }) =>
      Object.entries(peerRefusals).map(([reason, value]) => ({ labels: { reason }, value })),
  },
  messages('sent_messages', 'sent', 'Messages given to connections to peers'),
  messages(
    'dropped_messages',
    'dropped',
    'Messages to peers that were dropped: no connection, or a full queue',
  ),
  messages('received_messages', 'received', 'Messages of peers that passed every check'),
  messages(
    'invalid_frames',
    'invalidFrames',
    'Frames of peers that failed a check; each ended its connection',
  ),
  messages(
    'refused_connections',
    'refusedConnections',
    'Connections refused before or in the handshake of peers',
  ),
];

function messages(name: string, of: keyof PeerMessages, help: string): NumberSpec<MetricFacts> {
  return {
    name: `paxkv_network_peer_${name}_total`,
    type: 'counter',
    help: `${help}, since the data was opened`,
    read: ({ node }) => node?.messages[of],
  };
}
