/** Three servers in this process, on loopback, with their data in a temporary directory. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvServer, parseConfig } from '@paxkv/kvserver';
import { clusterSecret } from '../process/cluster-secret.ts';

const nodeIds = [0, 1, 2];

/** The ports of `npm start`, which the examples use. */
const printedAddresses = ['127.0.0.1:4401', '127.0.0.1:4402', '127.0.0.1:4403'];

export class Cluster {
  /** `host:port` of each server. */
  readonly addresses: readonly string[];
  readonly #directory: string;
  readonly #servers: readonly KvServer[];

  private constructor(
    addresses: readonly string[],
    directory: string,
    servers: readonly KvServer[],
  ) {
    this.addresses = addresses;
    this.#directory = directory;
    this.#servers = servers;
  }

  static async start(): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-docs-'));
    const all = await freeAddresses(2 * nodeIds.length);
    const addresses = all.slice(0, nodeIds.length);
    const peers = { peerAddresses: all.slice(nodeIds.length), clusterSecret };
    const servers = await Promise.all(
      nodeIds.map((nodeId) => {
        const dataDirectory = join(directory, `node-${nodeId}`);
        const settings = { nodeId, clusterId: 'docs', addresses, dataDirectory, ...peers };
        return KvServer.start(parseConfig({ ...settings, logLevel: 'silent' }));
      }),
    );
    // The nodes of a new cluster serve once all of them are connected.
    while (servers.some((server) => server.status().state !== 'running')) await sleep(10);
    return new Cluster(addresses, directory, servers);
  }

  /** The example with the addresses of this cluster instead of the documented ones. */
  translate(example: string): string {
    // In one pass: an address of this cluster may start with a documented one.
    return example.replaceAll(
      /\b127\.0\.0\.1:440[123]\b/g,
      (printed) => this.addresses[printedAddresses.indexOf(printed)] ?? '',
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await rm(this.#directory, { recursive: true });
  }
}

/** Holds all ports at once, so that they differ, and releases them together. */
async function freeAddresses(count: number): Promise<string[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const addresses = holders.map((holder) => {
    const address = holder.address();
    if (address === null || typeof address === 'string') throw new Error('a port was expected');
    return `127.0.0.1:${address.port}`;
  });
  await Promise.all(
    holders.map(async (holder) => {
      holder.close();
      await once(holder, 'close');
    }),
  );
  return addresses;
}
