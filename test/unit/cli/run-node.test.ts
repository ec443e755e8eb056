import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { fromPosition, seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { expect } from 'chai';
import { Level } from 'level';
import { CliError } from 'paxkv/internal/cli-error';
import { checkedConfig, runNode } from 'paxkv/internal/run-node';
import { serveSettings } from 'paxkv/internal/settings/table';
import { clusterSecret, writeClusterSecret } from '../../process/cluster-secret.ts';
import { CapturedStreams } from './captured-streams.ts';

class FakeProcess extends EventEmitter {
  exit(code: number): never {
    throw new Error(`exit ${code}`);
  }
}

describe('runNode', () => {
  let directory: string;
  let blocker: Server;
  let takenPort: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-node-'));
    blocker = createServer();
    await once(blocker.listen(0, '127.0.0.1'), 'listening');
    const address = blocker.address();
    takenPort = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterEach(async () => {
    blocker.close();
    await rm(directory, { recursive: true });
  });

  function config(changes: object = {}): Config {
    return parseConfig({
      nodeId: 0,
      clusterId: 'test',
      addresses: ['127.0.0.1:1'],
      listenPort: 0,
      dataDirectory: join(directory, 'data'),
      logLevel: 'silent',
      ...changes,
    });
  }

  async function failureOf(changed: object): Promise<CliError> {
    const streams = new CapturedStreams({});
    try {
      await runNode(config(changed), streams, { source: new FakeProcess() });
    } catch (error) {
      if (error instanceof CliError) return error;
      throw error;
    }
    throw new Error('the node has stopped without a failure');
  }

  it('runs until it is asked to stop, and frees its data for the next', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
      const source = new FakeProcess();
      const ended = runNode(config(), new CapturedStreams({}), { source });
      source.emit(signal);
      await ended;
    }
  });

  it('says on standard error what an operator should doubt', async () => {
    const source = new FakeProcess();
    const streams = new CapturedStreams({});
    const addresses = ['127.0.0.1:1', '127.0.0.1:2'];
    const ended = runNode(config({ addresses, clusterSecret }), streams, { source });
    source.emit('SIGTERM');
    await ended;
    expect(streams.notes).to.have.lengthOf(1);
    expect(streams.notes[0]).to.match(/^warning: 2 nodes/);
  });

  it('exits 1 if it cannot listen, and says where', async () => {
    // The only server of a cluster listens for no other one, whatever port it has for that.
    for (const address of ['127.0.0.1:1', `127.0.0.1:${takenPort}`]) {
      const { exitCode, message } = await failureOf({
        addresses: [address],
        listenPort: takenPort,
      });
      expect(exitCode).to.equal(1);
      expect(message).to.equal(
        `cannot listen on port ${takenPort} of 127.0.0.1: another program listens there; ` +
          'stop it, or choose another --port',
      );
    }
  });

  it('exits 3 if the disk refuses, and says why', async () => {
    await writeFile(join(directory, 'data'), 'a file where a directory should be');
    const { exitCode, message } = await failureOf({});
    expect(exitCode).to.equal(3);
    expect(message).to.match(/data.*\(DISK_\w+\)$/);
  });

  it('stays with a damaged identity, and keeps it while no others are seen to work', async () => {
    const data = join(directory, 'data');
    await mkdir(data);
    await writeFile(join(data, 'identity.json'), '{"format":2,"surplus":0}');
    const source = new FakeProcess();
    const ended = runNode(config(), new CapturedStreams({}), { source });
    source.emit('SIGTERM');
    await ended;
    expect(await readdir(data)).to.deep.equal(['identity.json']);
  });

  it('exits 3 for the data of a cluster at a higher feature level, and leaves it as it is', async () => {
    const source = new FakeProcess();
    const ended = runNode(config(), new CapturedStreams({}), { source });
    source.emit('SIGTERM');
    await ended;
    const data = join(directory, 'data');
    const views = { keyEncoding: 'view', valueEncoding: 'view' } as const;
    const level = new Level<Uint8Array, Uint8Array>(join(data, 'state'), views);
    const featureLevel = thisVersion.highest + 1;
    const position = { ...startPosition, applied: 0, featureLevel };
    const row = fromPosition({ position, checksum: { count: 0, sum: 0 } });
    await level.put(positionKey, seal(positionKey, row));
    await level.close();
    const { exitCode, message } = await failureOf({});
    expect(exitCode).to.equal(3);
    expect(message).to.match(
      /^The cluster runs at feature level \d+.*\(STATE_LEVEL_UNSUPPORTED\)$/,
    );
    expect((await readdir(data)).filter((name) => name.includes('damaged'))).to.deep.equal([]);
  });

  it('exits 3 for the data of another cluster', async () => {
    const source = new FakeProcess();
    const ended = runNode(config(), new CapturedStreams({}), { source });
    source.emit('SIGTERM');
    await ended;
    const { exitCode, message } = await failureOf({ clusterId: 'other' });
    expect(exitCode).to.equal(3);
    expect(message).to.contain('(DISK_WRONG_CLUSTER)');
  });
});

describe('checkedConfig', () => {
  let directory: string;
  let clusterSecretFile: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-config-'));
    clusterSecretFile = join(directory, 'cluster-secret');
    await writeClusterSecret(clusterSecretFile);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const values = { ...required(3), logLevel: 'info', cluster: 'a b' } as const;

  function required(node: number) {
    return { node, peers: ['127.0.0.1:1', '127.0.0.1:2'], data: 'data' };
  }

  it('completes the settings with the defaults of the server', () => {
    const settings = { table: serveSettings, values: allOf(required(1)), places: new Map() };
    const { listenPort, limits } = checkedConfig(settings);
    expect(listenPort).to.equal(2);
    expect(limits.logWindowBytesMax).to.equal(1024 ** 3);
  });

  it('exits 2 for settings that make no sense, and names where each was given', () => {
    const places = new Map([['node', 'PAXKV_NODE']]);
    const check = () => checkedConfig({ table: serveSettings, values: allOf(values), places });
    expect(check).to.throw(CliError).with.property('exitCode', 2);
    expect(check).to.throw(/^--cluster: must be 1 to 64 letters/);
    const badNode = { table: serveSettings, values: allOf(required(3)), places };
    expect(() => checkedConfig(badNode)).to.throw('PAXKV_NODE: 3 is not among the 2 addresses');
  });

  function allOf(given: ReturnType<typeof required> & { cluster?: string }) {
    const absent = { host: undefined, port: undefined, featureLevelMax: undefined };
    const shared = {
      logBudget: undefined,
      memoryBudget: undefined,
      logWindow: undefined,
      history: undefined,
      traceSize: undefined,
      console: true,
    };
    const switches = { insecure: false, trace: false, unprovenPeers: false };
    const peers = { peerAddresses: undefined, peerHost: undefined, clusterSecretFile };
    const tls = { peerKeyFile: undefined, peerCertFile: undefined, peerCaFile: undefined };
    const clients = { rootTokenFile: undefined, tlsKeyFile: undefined, tlsCertFile: undefined };
    return {
      cluster: 'paxkv',
      ...clients,
      ...{ auth: false, tlsClientCaFile: undefined },
      ...{ logLevel: 'info', logFormat: 'auto', slowRequestMs: 1000 },
      ...absent,
      ...shared,
      ...switches,
      ...peers,
      ...tls,
      ...given,
    } as const;
  }
});
