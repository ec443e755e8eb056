/** The connections of a node whose data cannot be opened. */
import { join } from 'node:path';
import type { Config } from './config/settings.ts';
import { type KvNodeOptions, peersFor } from './node.ts';
import { Identity } from './storage/index.ts';
import type { PeerTransport } from './transport/peer-transport.ts';

/** Connects as the node would, so that the others do not take it for another one. */
export async function onlookerTransport({
  config,
  logger,
}: Pick<KvNodeOptions, 'config' | 'logger'>): Promise<PeerTransport> {
  const bootCount = await readBootCount(config);
  return peersFor({ config, logger, onFailed: () => {} }, bootCount);
}

/** 0 if the identity cannot be read. */
async function readBootCount(config: Config): Promise<number> {
  const { nodeId, clusterId, addresses, dataDirectory } = config;
  const name = { nodeId, clusterId, nodeCount: addresses.length };
  const identity = await Identity.read(join(dataDirectory, 'identity.json'), name).catch(() => {});
  return identity?.bootCount ?? 0;
}
