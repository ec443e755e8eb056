/** A server in a process of its own, which tells its parent its port and, when asked, what memory it holds. */
import { KvServer, parseConfig } from '@paxkv/kvserver';
import { answerMemory } from './memory-answer.ts';

const [directory = ''] = process.argv.slice(2);
const mebibyte = 1024 * 1024;

/** Small, so that memory which grows is not what a cache may hold. */
const limits = { logBytesMax: 4 * mebibyte, cachedBytesMax: 4 * mebibyte };

const server = await KvServer.start(
  parseConfig({
    ...{ nodeId: 0, clusterId: 'fuzz', addresses: ['127.0.0.1:1'], listenPort: 0 },
    ...{ dataDirectory: directory, logLevel: 'silent', limits },
  }),
);
await server.ready();
process.send?.({ port: server.address.port });

answerMemory();
