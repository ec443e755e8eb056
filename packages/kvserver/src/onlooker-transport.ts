/** The connections of a node whose data cannot be opened. */
import { join } from 'node:path';
import type { KvNodeOptions } from './node.ts';
import { peersOf } from './node-peers.ts';
import { Identity } from './storage/index.ts';
import type { PeerTransport } from './transport/peer-transport.ts';

/** Connects as the node would, so that the others do not take it for another one. */
export async function onlookerTransport({
  config,
  logger,
  security,
}: Pick<KvNodeOptions, 'config' | 'logger' | 'security'>): Promise<PeerTransport> {
  const { nodeId, clusterId, addresses, dataDirectory } = config;
  const name = { nodeId, clusterId, nodeCount: addresses.length };
  const identity = await Identity.read(join(dataDirectory, 'identity.json'), name).catch(() => {});
  const known = identity ?? { bootCount: 0, incarnation: undefined };
  return peersOf({ config, logger, security, onFailed: () => {} }, known);
}
