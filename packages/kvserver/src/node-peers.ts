/** Makes the transport of a node from its settings. */
import type { Logger } from 'pino';
import { addressToText, type Config } from './config/settings.ts';
import { defaultPeerLimits } from './config/transport-limits.ts';
import type { ServerLevels } from './replica/ports.ts';
import { thisVersion, unsupportedLevel } from './state-machine/features.ts';
import type { DataDirectory } from './storage/index.ts';
import { systemRandom } from './system/random.ts';
import { PeerTransport } from './transport/peer-transport.ts';
import type { PeerSecurity } from './transport/security/peer-security.ts';

/** What the connections of a node depend on. */
export interface PeersOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly security: PeerSecurity;
  /** The node cannot run in its cluster. */
  readonly onFailed: (error: Error) => void;
}

/** The connections to other nodes that these settings describe. */
export function peersOf(
  { config, logger, security, onFailed }: PeersOptions,
  { bootCount, incarnation }: Pick<DataDirectory['identity'], 'bootCount' | 'incarnation'>,
): PeerTransport {
  const { nodeId, clusterId, addresses, limits, featureLevelMax } = config;
  const { peerAddresses, peerListenHost, peerListenPort } = config;
  const { lowest, highest } = thisVersion;
  const levels: ServerLevels = { lowest, highest, raiseMax: featureLevelMax ?? highest };
  return new PeerTransport({
    me: nodeId,
    addresses: peerAddresses,
    listen: addresses.length === 1 ? undefined : { host: peerListenHost, port: peerListenPort },
    security,
    earlierAddresses: config.unprovenPeers ? addresses.map(addressToText) : undefined,
    clusterId,
    bootCount,
    incarnation,
    logger,
    levels,
    onUnsupportedLevel: (level) => onFailed(unsupportedLevel(level, levels)),
    limits: {
      queueBytesMax: limits.peerQueueBytesMax,
      valueBytesMax: Math.max(defaultPeerLimits.valueBytesMax, 2 * limits.batchBytesMax),
    },
    random: systemRandom,
  });
}
