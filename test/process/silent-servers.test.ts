/** Every command that has a time-out ends when servers do not answer. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import { type CommandResult, runCommand } from './command.ts';

const timeout = ['--timeout', '300ms'];
const short = ['--seconds', '1', '--warm-up', '0', '--in-flight', '4', '--json'];

describe('a server that accepts connections and says nothing', function () {
  this.timeout(60_000);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  let directory = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-silent-'));
    await writeFile(join(directory, 'entries'), '{"key":"a","value":"1"}\n');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  const run = (...words: string[]): Promise<CommandResult> => {
    const { port } = server.address() as AddressInfo;
    return runCommand([`127.0.0.1:${port}`], [...words, ...timeout]);
  };

  it('ends the benchmark with an error, and without latencies', async () => {
    for (const how of [[], ['--http'], ['--rate', '100']]) {
      const { code, stdout, stderr } = await run('bench', ...how, ...short);
      expect(code, stderr).to.equal(1);
      expect(JSON.parse(stdout)).to.include({ answered: 0, latencyMs: null });
    }
  });

  it('ends the benchmark that first writes its keys', async () => {
    const { code, stderr } = await run('bench', '--reads', '50', ...short);
    expect(code, stderr).to.equal(1);
    expect(stderr).to.contain('only 0 of 10000 keys were written');
  });

  it('ends the commands that read', async () => {
    const file = join(directory, 'backup');
    const reads = [['get', 'a'], ['ls'], ['export'], ['status'], ['health'], ['trace']];
    const results = await Promise.all([...reads, ['backup', file]].map((words) => run(...words)));
    expect(results.map(({ code }) => code)).to.deep.equal([1, 1, 1, 1, 1, 1, 1]);
  });

  it('ends the commands that write, as not done', async () => {
    const writes = [
      ['put', 'a', '1'],
      ['import', join(directory, 'entries')],
    ];
    const results = await Promise.all(writes.map((words) => run(...words)));
    results.push(await run('lock', '--ttl', '1s', 'a', '--', process.execPath, '-e', ''));
    expect(results.map(({ code }) => code)).to.deep.equal([1, 1, 1]);
  });
});

describe('servers that stop to answer', function () {
  this.timeout(60_000);
  const each = clusterPerTest();

  /** Long enough for requests while the servers answer. */
  const patient = ['--timeout', '3s'];
  const pauseAll = () => {
    for (const node of each.cluster.nodes) each.cluster.pause(node);
  };

  it('end the benchmark while it writes its keys', async () => {
    const { addresses } = each.cluster;
    const words = ['bench', '--reads', '50', '--keys', '10000000', ...short, ...patient];
    const run = runCommand(addresses, words);
    const client = each.cluster.client();
    await atLeast(1, () => client.count({ prefix: 'user' }));
    pauseAll();
    const { code, stderr } = await run;
    expect(code, stderr).to.be.oneOf([1, 4]);
    expect(stderr).to.match(/only \d+ of 10000000 keys were written/);
  });

  it('end the wait for a lock when its lease is over', async () => {
    const { addresses } = each.cluster;
    const client = each.cluster.client();
    await client.lock('a', { ttlMs: 10_000 });
    const words = ['lock', '--ttl', '3s', 'a', '--json', ...patient];
    const run = runCommand(addresses, [...words, '--', process.execPath, '-e', '']);
    await atLeast(2, () => client.count({ prefix: 'a/' }));
    pauseAll();
    const { code, stderr } = await run;
    expect(code, stderr).to.equal(4);
    expect(stderr).to.contain('KV_LEASE_LOST');
  });
});

async function atLeast(least: number, count: () => Promise<number>): Promise<void> {
  while ((await count()) < least) await pause(20);
}
