/** A server inside the program, and a client that calls it without a socket. One server is a cluster. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvClient } from '@paxkv/client';
import { KvServer, parseConfig } from '@paxkv/kvserver';

const dataDirectory = await mkdtemp(join(tmpdir(), 'paxkv-embedded-'));
const config = parseConfig({
  nodeId: 0,
  clusterId: 'embedded',
  addresses: ['127.0.0.1:4400'],
  // For other clients the server listens as well; port 0 lets the system choose.
  listenPort: 0,
  dataDirectory,
  logLevel: 'warn',
});

const server = await KvServer.start(config);
await server.ready({ timeoutMs: 10_000 });

const client = new KvClient({ server });
await client.put('colour', 'blue');
console.log(await client.get('colour')); // prints: blue
await client.close();

await server.stop();
await rm(dataDirectory, { recursive: true });
