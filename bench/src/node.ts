/** One node of the measured cluster, as a process of its own: node id, addresses, data directory. */
import { KvServer, parseConfig } from '@paxkv/kvserver';

const [nodeId, addresses, dataDirectory] = process.argv.slice(2);
const server = await KvServer.start(
  parseConfig({
    nodeId: Number(nodeId),
    clusterId: 'bench',
    addresses: addresses?.split(','),
    dataDirectory,
    logLevel: 'error',
  }),
);
process.once('SIGTERM', () => void server.stop());
process.once('SIGINT', () => {});
