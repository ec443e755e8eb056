/** Good settings of a server, and what is wrong with others. */
import { ConfigError, parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { clusterSecret } from '../../../process/cluster-secret.ts';

export const settings = {
  nodeId: 1,
  clusterId: 'test',
  addresses: ['127.0.0.1:4400', '127.0.0.1:4401', '127.0.0.1:4402'],
  dataDirectory: '/var/lib/paxkv',
  clusterSecret,
};

/** Empty if nothing is. */
export function problemsOf(input: unknown): readonly string[] {
  try {
    parseConfig(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
