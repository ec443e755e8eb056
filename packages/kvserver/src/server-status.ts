/** The status of a server, composed from its settings, its supervisor and its node while that is open. */
import { KvError, type PeerStatus, type StatusReply } from '@paxkv/protocol';
import { addressToText, type Config } from './config/settings.ts';
import type { NodeStatus } from './node.ts';
import { version } from './system/version.ts';

/** The part of the supervisor that decides the status. */
export interface StatusSource {
  /** Absent while the node is closed. */
  readonly node: { readonly status: NodeStatus } | undefined;
  readonly currentError: Error | undefined;
  readonly failure: Error | undefined;
  readonly isStopping: boolean;
}

/** What a server reports about itself at this moment. */
export function statusOf(config: Config, source: StatusSource): StatusReply {
  const { nodeId, clusterId } = config;
  const node = source.node?.status;
  const reason = reasonOf(source, node);
  return {
    node: nodeId,
    cluster: clusterId,
    state: stateOf(source, node),
    ...(reason === undefined ? {} : { reason }),
    applied: node?.applied ?? -1,
    min: node?.min ?? 0,
    max: node?.max ?? -1,
    revision: node?.revision ?? 0,
    sessions: node?.sessions ?? 0,
    pending: node?.pending ?? 0,
    leader: node?.leader ?? null,
    peers: node?.peers.map((peer) => withAddress(peer, config)) ?? [],
    residentBytes: process.memoryUsage.rss(),
    uptimeMs: Math.round(process.uptime() * 1000),
    version,
  };
}

function withAddress(peer: PeerStatus, { addresses }: Config): PeerStatus {
  const address = addresses[peer.node];
  return address === undefined ? peer : { ...peer, address: addressToText(address) };
}

/** The error for a request that arrives while the node does not serve: `KV_UNAVAILABLE`, *not done*. */
export function unavailableError(source: StatusSource): KvError {
  const node = source.node?.status;
  const reason = reasonOf(source, node);
  const why = reason === undefined ? '' : `: ${reason}`;
  const message = `This server is ${stateOf(source, node)}${why}`.replace(/\.?$/, '.');
  return new KvError('KV_UNAVAILABLE', message);
}

function stateOf(
  { currentError, failure, isStopping }: StatusSource,
  node: NodeStatus | undefined,
): StatusReply['state'] {
  if (isStopping) return 'stopping';
  if (failure !== undefined) return 'failed';
  if (currentError !== undefined) return 'repairing';
  if (node === undefined || node.state === 'joining') return 'starting';
  return node.state;
}

function reasonOf(
  { currentError, failure }: StatusSource,
  node: NodeStatus | undefined,
): string | undefined {
  return failure?.message ?? currentError?.message ?? node?.reason;
}
