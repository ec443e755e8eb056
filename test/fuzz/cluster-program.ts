/**
 * Two of the three servers of a cluster, in a process of their own, which tells its parent their ports and, when asked,
 * what memory they hold. The third one
 * begins the cluster with them and ends; then the fuzzer plays it.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { KvServer, parseConfig } from '@paxkv/kvserver';
import { fuzzedCluster } from './fuzzed-cluster.ts';
import { answerMemory } from './memory-answer.ts';

const [directory = ''] = process.argv.slice(2);
const mebibyte = 1024 * 1024;
/** Small, so that memory which grows is not what a cache may hold. */
const limits = { logBytesMax: 4 * mebibyte, cachedBytesMax: 4 * mebibyte };
const { clusterId, memberCount, fuzzer, secret } = fuzzedCluster;

const addresses = await freeAddresses();
const peerAddresses = await freeAddresses();
const servers = await Promise.all(
  [...addresses.keys()].map((nodeId) =>
    KvServer.start(
      parseConfig({
        ...{ nodeId, clusterId, addresses, peerAddresses, clusterSecret: secret },
        ...{ dataDirectory: `${directory}-${nodeId}`, logLevel: 'silent', limits },
      }),
    ),
  ),
);
// A new cluster begins only once all of its servers have met.
await Promise.all(servers.map((server) => server.ready()));
await servers[fuzzer]?.stop();
const running = servers.filter((_, nodeId) => nodeId !== fuzzer);
await Promise.all(running.map((server) => server.ready()));
const [port, ...otherPorts] = running.map((server) => server.address.port);
process.send?.({ port, otherPorts, peerPort: portIn(peerAddresses[0]) });

answerMemory();

/** Addresses on loopback that were free a moment ago. */
async function freeAddresses(): Promise<string[]> {
  const holders = Array.from({ length: memberCount }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
  await Promise.all(holders.map((holder) => once(holder.close(), 'close')));
  return ports.map((each) => `127.0.0.1:${each}`);
}

function portIn(address = ''): number {
  return Number(address.split(':')[1]);
}
