import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';
import { type Config, KvServer, parseConfig } from '@paxkv/kvserver';
import { expect } from 'chai';
import { pino } from 'pino';
import { clusterSecret } from '../../process/cluster-secret.ts';
import { freePorts } from '../../process/free-ports.ts';

const logger = pino({ level: 'silent' });
const valueBytes = 20_000;
/** Far more bytes than stay in memory. */
const missedCount = 100;

/** Real servers, files and sockets: what a node's parts do together is shown in `replica/catch-up`. */
describe('A node that was away for long', () => {
  let directory: string;
  let configs: Config[];
  let servers: KvServer[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-node-'));
    const addresses = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
    configs = addresses.map((_, nodeId) =>
      parseConfig({
        ...{ nodeId, clusterId: 'test', addresses, clusterSecret, logLevel: 'silent' },
        dataDirectory: join(directory, `${nodeId}`),
        limits: { logBytesMax: 4 * valueBytes },
      }),
    );
    servers = await Promise.all(configs.map((config) => KvServer.start(config, { logger })));
    await Promise.all(servers.map((server) => server.ready({ timeoutMs: 30_000 })));
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(directory, { recursive: true });
  });

  /** The names of all files in the log windows. */
  async function windowFiles(): Promise<string[]> {
    const all = [0, 1, 2].map((node) =>
      readdir(join(directory, `${node}`, 'log-window')).catch(() => []),
    );
    return (await Promise.all(all)).flat();
  }

  it('gets the log from the disks of the others, which then delete it', async function () {
    this.timeout(60_000);
    const [first, , third] = servers;
    const config = configs[2];
    if (first === undefined || third === undefined || config === undefined) return expect.fail();
    const client = new KvClient({ server: first });
    await client.put('key', 'before');
    await third.stop();
    for (let count = 0; count < missedCount; count += 1) {
      await client.put('key', `${count} `.padEnd(valueBytes));
    }
    while ((await windowFiles()).length === 0) await sleep(20);
    const back = await KvServer.start(config, { logger });
    servers[2] = back;
    const states = new Set<string>();
    while (back.status().applied < first.status().applied) {
      if (back.status().applied >= 0) states.add(back.status().state);
      await sleep(1);
    }
    expect([...states]).to.deep.equal(['running']);
    const value = await new KvClient({ server: back }).get('key');
    expect(value?.trimEnd()).to.equal(`${missedCount - 1}`);
    while ((await windowFiles()).length > 0) await sleep(20);
  });
});
