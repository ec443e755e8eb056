import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CliError } from 'paxkv/internal/exit-code';
import { runNode } from 'paxkv/internal/serve/run-node';
import { CapturedStreams } from '../captured-streams.ts';

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
      const asked = new FakeProcess();
      const ended = runNode(settings(), new CapturedStreams({}), asked);
      asked.emit(signal);
      await ended;
    }
  });

  it('says on standard error what an operator should doubt', async () => {
    const asked = new FakeProcess();
    const streams = new CapturedStreams({});
    const addresses = ['127.0.0.1:1', '127.0.0.1:2'];
    const ended = runNode(settings({ addresses }), streams, asked);
    asked.emit('SIGTERM');
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
      `cannot listen on port ${takenPort} of 127.0.0.1: another program listens there`,
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
    await writeFile(join(data, 'identity.json'), '{"format":1,"surplus":0}');
    const asked = new FakeProcess();
    const ended = runNode(settings(), new CapturedStreams({}), asked);
    asked.emit('SIGTERM');
    await ended;
    const names = await readdir(data);
    expect(names).to.include('identity.json');
    expect(names.filter((name) => name.includes('damaged'))).to.have.lengthOf(1);
  });

  it('exits 3 for the data of another cluster', async () => {
    const asked = new FakeProcess();
    const ended = runNode(settings(), new CapturedStreams({}), asked);
    asked.emit('SIGTERM');
    await ended;
    const { exitCode, message } = await failureOf({ clusterId: 'other' });
    expect(exitCode).to.equal(3);
    expect(message).to.contain('(DISK_WRONG_CLUSTER)');
  });
});
