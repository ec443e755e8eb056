import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { fromPosition, seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { expect } from 'chai';
import { Level } from 'level';
import { CliError } from 'paxkv/internal/cli-error';
import { runNode, toFlagProblem, toSettings } from 'paxkv/internal/run-node';
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

  function settings(changes: object = {}): object {
    return {
      nodeId: 0,
      clusterId: 'test',
      addresses: ['127.0.0.1:1'],
      listenPort: 0,
      dataDirectory: join(directory, 'data'),
      logLevel: 'silent',
      ...changes,
    };
  }

  async function failureOf(changed: object): Promise<CliError> {
    const streams = new CapturedStreams({});
    try {
      await runNode(settings(changed), streams, new FakeProcess());
    } catch (error) {
      if (error instanceof CliError) return error;
      throw error;
    }
    throw new Error('the node has stopped without a failure');
  }

  it('runs until it is asked to stop, and frees its data for the next', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'disconnect']) {
      const source = new FakeProcess();
      const ended = runNode(settings(), new CapturedStreams({}), source);
      source.emit(signal);
      await ended;
    }
  });

  it('says on standard error what an operator should doubt', async () => {
    const source = new FakeProcess();
    const streams = new CapturedStreams({});
    const addresses = ['127.0.0.1:1', '127.0.0.1:2'];
    const ended = runNode(settings({ addresses }), streams, source);
    source.emit('SIGTERM');
    await ended;
    expect(streams.notes).to.have.lengthOf(1);
    expect(streams.notes[0]).to.match(/^warning: 2 nodes/);
  });

  it('exits 2 for settings that make no sense', async () => {
    const { exitCode, lines } = await failureOf({ nodeId: 3 });
    expect(exitCode).to.equal(2);
    expect(lines).to.deep.equal(['--node: 3 is not among the 1 addresses']);
  });

  it('exits 1 if it cannot listen, and says where', async () => {
    const { exitCode, message } = await failureOf({ listenPort: takenPort });
    expect(exitCode).to.equal(1);
    expect(message).to.equal(
      `cannot listen on port ${takenPort} of 127.0.0.1: another program listens there; ` +
        'stop it, or choose another --port',
    );
  });

  it('exits 3 if the disk refuses, and says why', async () => {
    await writeFile(join(directory, 'data'), 'a file where a directory should be');
    const { exitCode, message } = await failureOf({});
    expect(exitCode).to.equal(3);
    expect(message).to.match(/data.*\(DISK_\w+\)$/);
  });

  it('goes on with a damaged identity, which it sets aside: the others may have it back', async () => {
    const data = join(directory, 'data');
    await mkdir(data);
    await writeFile(join(data, 'identity.json'), '{"format":2,"surplus":0}');
    const source = new FakeProcess();
    const ended = runNode(settings(), new CapturedStreams({}), source);
    source.emit('SIGTERM');
    await ended;
    const names = await readdir(data);
    expect(names).to.include('identity.json');
    expect(names.filter((name) => name.includes('damaged'))).to.have.lengthOf(1);
  });

  it('exits 3 for the data of a cluster at a higher feature level, and leaves it as it is', async () => {
    const source = new FakeProcess();
    const ended = runNode(settings(), new CapturedStreams({}), source);
    source.emit('SIGTERM');
    await ended;
    const data = join(directory, 'data');
    const views = { keyEncoding: 'view', valueEncoding: 'view' } as const;
    const level = new Level<Uint8Array, Uint8Array>(join(data, 'state'), views);
    const position = { ...startPosition, applied: 0, featureLevel: 2 };
    const row = fromPosition({ position, checksum: { count: 0, sum: 0 } });
    await level.put(positionKey, seal(positionKey, row));
    await level.close();
    const { exitCode, message } = await failureOf({});
    expect(exitCode).to.equal(3);
    expect(message).to.match(/^The cluster runs at feature level 2.*\(STATE_LEVEL_UNSUPPORTED\)$/);
    expect((await readdir(data)).filter((name) => name.includes('damaged'))).to.deep.equal([]);
  });

  it('exits 3 for the data of another cluster', async () => {
    const source = new FakeProcess();
    const ended = runNode(settings(), new CapturedStreams({}), source);
    source.emit('SIGTERM');
    await ended;
    const { exitCode, message } = await failureOf({ clusterId: 'other' });
    expect(exitCode).to.equal(3);
    expect(message).to.contain('(DISK_WRONG_CLUSTER)');
  });
});

const options = {
  node: 1,
  peers: '127.0.0.1:1, 127.0.0.1:2,127.0.0.1:3',
  data: 'data/node-1',
  cluster: 'paxkv',
  logLevel: 'info',
} as const;

describe('toSettings', () => {
  it('gives settings that the server takes, with its own defaults where no flag was given', () => {
    const config = parseConfig(toSettings(options));
    expect(config).to.deep.include({
      nodeId: 1,
      clusterId: 'paxkv',
      dataDirectory: 'data/node-1',
      listenHost: '127.0.0.1',
      listenPort: 2,
      insecure: false,
      console: true,
      trace: false,
      logLevel: 'info',
    });
    expect(config.addresses.map(({ port }) => port)).to.deep.equal([1, 2, 3]);
  });

  it('hands on each flag that was given', () => {
    const more = { host: '0.0.0.0', port: 0, insecure: true, console: false, trace: true };
    const given = { ...options, ...more, logLevel: 'debug' };
    expect(parseConfig(toSettings(given))).to.deep.include({
      listenHost: '0.0.0.0',
      listenPort: 0,
      insecure: true,
      console: false,
      trace: true,
      logLevel: 'debug',
    });
  });

  it('hands on a log budget in bytes', () => {
    const { limits } = parseConfig(toSettings({ ...options, logBudget: 4096 }));
    expect(limits).to.include({ logBytesMax: 4096 });
  });

  it('hands on a log window in bytes', () => {
    const { limits } = parseConfig(toSettings({ ...options, logWindow: 2 ** 40 }));
    expect(limits).to.include({ logWindowBytesMax: 2 ** 40 });
  });

  it('keeps an empty address, so that it is refused and not skipped', () => {
    const settings = toSettings({ ...options, peers: '127.0.0.1:1,,127.0.0.1:3' });
    expect(() => parseConfig(settings)).to.throw('"" is not host:port');
  });
});

describe('toFlagProblem', () => {
  it('names the flag that a setting came from', () => {
    expect(toFlagProblem('nodeId: too high')).to.equal('--node: too high');
    expect(toFlagProblem('addresses.2: not host:port')).to.equal('--peers: not host:port');
    expect(toFlagProblem('logLevel: unknown')).to.equal('--log-level: unknown');
  });

  it('leaves alone what is no flag', () => {
    expect(toFlagProblem('limits.batchBytesMax: too low')).to.equal(
      'limits.batchBytesMax: too low',
    );
    expect(toFlagProblem('nothing fits')).to.equal('nothing fits');
  });
});
