import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { allocatorEnvironment, NodeProcess } from 'paxkv/internal/cluster/node-process';
import { planCluster } from 'paxkv/internal/cluster/plan';
import { clearEnvironment, setEnvironment } from '../environment.ts';

describe('NodeProcess', function () {
  // Each node is a process, on a machine that may be busy.
  this.timeout(30_000);

  let directory: string;
  let node: NodeProcess | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-node-'));
  });
  afterEach(async () => {
    node?.kill();
    await node?.ended;
    clearEnvironment();
    await rm(directory, { recursive: true });
  });

  /** Starts a node whose command is this program. */
  async function start(program: string): Promise<NodeProcess> {
    const command = join(directory, 'command.mjs');
    await writeFile(command, program);
    const [plan] = planCluster({ nodeCount: 1, firstPort: 1, dataDirectory: directory }).nodes;
    if (plan === undefined) throw new Error('a plan of one node has none');
    node = new NodeProcess(command, plan);
    return node;
  }

  async function logged(text: string): Promise<void> {
    while (!(await readFile(join(directory, 'node-0.log'), 'utf8')).includes(text)) await pause(5);
  }

  it('tells how it ended, and what it said to people this time', async () => {
    await writeFile(join(directory, 'node-0.log'), 'paxkv: an old error\n');
    const failing = `
      console.error('paxkv: warning: an even number');
      console.error('{"level":"info"}');
      console.error('paxkv: the disk is full');
      process.exitCode = 3;`;
    const { ended } = await start(failing);
    expect(await ended).to.deep.equal({ exitCode: 3, reason: 'exit code 3' });
    expect(await node?.errorLines()).to.deep.equal(['the disk is full']);
  });

  it('asks for a clean stop', async () => {
    const running = await start(`
      process.on('SIGTERM', () => { console.error('cleaned up'); process.exit(0); });
      setInterval(() => {}, 1000);
      console.error('ready');`);
    await logged('ready');
    await running.stop();
    expect(await running.ended).to.deep.equal({ exitCode: 0, reason: 'exit code 0' });
    await logged('cleaned up');
  });

  it('can be killed at once', async () => {
    const running = await start('setInterval(() => {}, 1000);');
    running.kill();
    expect(await running.ended).to.deep.equal({ exitCode: undefined, reason: 'SIGKILL' });
  });

  it('gets what the allocator needs to give memory back, unless the environment has it', async () => {
    const [[name = '', value] = []] = Object.entries(allocatorEnvironment);
    const program = `console.error(process.env.${name});`;
    await (await start(program)).ended;
    process.env[name] = '300000';
    try {
      await (await start(program)).ended;
    } finally {
      delete process.env[name];
    }
    expect(await readFile(join(directory, 'node-0.log'), 'utf8')).to.equal(`${value}\n300000\n`);
  });

  it('gets its arguments, and no settings that were meant for another', async () => {
    setEnvironment({ PAXKV_INSECURE: 'yes' });
    const { ended } = await start(`
      console.error(JSON.stringify([process.argv.slice(2), process.env.PAXKV_INSECURE ?? 'unset']));`);
    await ended;
    const text = await readFile(join(directory, 'node-0.log'), 'utf8');
    const data = join(directory, 'node-0');
    expect(JSON.parse(text)).to.deep.equal([
      ['serve', '--node', '0', '--peers', '127.0.0.1:1', '--data', data],
      'unset',
    ]);
  });
});
