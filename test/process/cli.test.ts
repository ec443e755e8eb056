/** The command as people use it: real processes, their exit codes, and what is pasted from them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { expectFree } from 'paxkv/internal/cluster/ports';
import { runCommand } from './command.ts';
import { CommandProcess } from './command-process.ts';
import { freePorts } from './free-ports.ts';
import { paxkv } from './server-process.ts';

const cleanExit = { code: 0, signal: null };

describe('the paxkv command', function () {
  this.timeout(60_000);

  it('gives help, and exits 2 for what it does not know', async () => {
    const help = await runCommand([], ['--help']);
    expect(help).to.include({ code: 0, stderr: '' });
    const wrong = await runCommand([], ['get', 'k', '--colour']);
    expect(wrong).to.include({ code: 2, stdout: '' });
    expect(wrong.stderr).to.match(/^paxkv: unknown option '--colour'/);
  });

  it('says in one line that it may not open enough files to start', async () => {
    const line = `sh -c "ulimit -n 32; exec '${process.execPath}' '${paxkv}' --help"`;
    const run = CommandProcess.shell(line, tmpdir());
    expect(await run.exit).to.deep.equal({ code: 1, signal: null });
    expect(run.stderr).to.match(
      /^paxkv: this process may not open enough files\. .*ulimit -n 4096\n$/,
    );
  });

  it('refuses to store nothing if standard input is /dev/null or closed', async () => {
    const directory = tmpdir();
    for (const line of [`'${paxkv}' put k`, `'${paxkv}' append k <&-`]) {
      const run = CommandProcess.shell(`'${process.execPath}' ${line}`, directory);
      expect(await run.exit).to.deep.equal({ code: 2, signal: null });
      expect(run.stderr).to.match(/^paxkv: the value is missing: /);
    }
  });

  it('prints an error as JSON if asked', async () => {
    const [port] = await freePorts(1);
    const words = ['--json', '--timeout', '300ms', 'get', 'k'];
    const got = await runCommand([`127.0.0.1:${port}`], words);
    expect(got).to.include({ code: 1, stdout: '' });
    expect(JSON.parse(got.stderr)).to.have.nested.property('error.code', 'KV_UNREACHABLE');
  });

  it('says in one line that no server listens, and that nothing was done', async () => {
    const [port] = await freePorts(1);
    const got = await runCommand([`127.0.0.1:${port}`], ['get', 'k', '--timeout', '300']);
    expect(got).to.include({ code: 1, stdout: '' });
    expect(got.stderr).to.match(/^paxkv: .*\(KV_UNREACHABLE, not done\)\n$/);
  });
});

describe('paxkv cluster', function () {
  // Each cluster is four processes, on a machine that may be busy.
  this.timeout(120_000);

  let directory: string;
  let ports: readonly number[];
  const started: CommandProcess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-cli-'));
    ports = await freeRun(3);
  });
  afterEach(async () => {
    for (const command of started) command.signal('SIGTERM');
    await Promise.all(started.splice(0).map(({ exit }) => exit));
    await rm(directory, { recursive: true });
  });

  function paxkv(...words: string[]): CommandProcess {
    const command = CommandProcess.paxkv(words, directory);
    started.push(command);
    return command;
  }

  function pasted(line: string): CommandProcess {
    const command = CommandProcess.shell(line, directory);
    started.push(command);
    return command;
  }

  async function cluster(): Promise<CommandProcess> {
    const command = paxkv('cluster', '--port', String(ports[0]));
    await command.says(/Ctrl-C stops the cluster/);
    return command;
  }

  /** Runs a line that the cluster has printed. */
  async function paste(command: CommandProcess, start: RegExp): Promise<string> {
    const [line = ''] = await command.says(new RegExp(`${start.source}.*`));
    const run = pasted(line);
    expect(await run.exit, `${line}\n${run.stderr}`).to.deep.equal(cleanExit);
    return run.stdout;
  }

  function status(): Promise<string> {
    return runCommand(addresses(), ['status', '--json']).then(({ stdout }) => stdout);
  }

  function addresses(): string[] {
    return ports.map((port) => `127.0.0.1:${port}`);
  }

  it('prints a put and a get that work when pasted', async () => {
    const running = await cluster();
    await paste(running, /curl -X PUT/);
    expect(await paste(running, /curl http/)).to.contain('"value":"hello"');
    await paste(running, /node .* put greeting/);
    expect(await paste(running, /node .* get greeting/)).to.equal('hello');
    expect(await paste(running, /node .* status/)).to.match(
      /majority: +yes for .*, 3 of 3 nodes serve\n/,
    );
  });

  it('answers every command, with any bytes', async () => {
    await cluster();
    const run = (...words: string[]) => runCommand(addresses(), words);
    expect(await run('put', 'k', 'a\nb')).to.deep.equal({ code: 0, stdout: '1\n', stderr: '' });
    expect(await run('append', 'k', ' ü')).to.include({ code: 0, stdout: '2\n' });
    expect(await run('get', 'k')).to.deep.equal({ code: 0, stdout: 'a\nb ü', stderr: '' });
    expect(await run('delete', 'k')).to.include({ code: 0, stdout: '3\n' });
    const absent = { code: 5, stdout: '', stderr: 'paxkv: no such key: "k"\n' };
    expect(await run('get', 'k')).to.deep.equal(absent);
    const { servers } = JSON.parse((await run('status', '--json')).stdout);
    expect(servers).to.be.an('array').of.length(3);
    for (const node of [0, 1, 2]) {
      expect(servers).to.have.nested.property(`[${node}].node`, node);
      expect(servers).to.have.nested.property(`[${node}].state`, 'running');
    }
  });

  it('has all its data again after Ctrl-C', async () => {
    const first = await cluster();
    await paste(first, /curl -X PUT/);
    first.signal('SIGINT');
    expect(await first.exit).to.deep.equal(cleanExit);
    await expectFree(ports);
    const second = await cluster();
    expect(await paste(second, /curl http/)).to.contain('"value":"hello"');
    second.signal('SIGTERM');
    expect(await second.exit).to.deep.equal(cleanExit);
  });

  it('goes on without a node that is killed, and says how to bring it back', async () => {
    const running = await cluster();
    const [, pid = ''] = await running.says(/node 1 .* pid (\d+)/);
    process.kill(Number(pid), 'SIGKILL');
    const [, line = ''] = await running.says(
      /^paxkv: node 1 ended \(SIGKILL\)\. To run it again: (.+)\n/m,
    );
    await paste(running, /curl -X PUT/);
    const again = pasted(line);
    await again.says(/server started/);
    while (!/"node":1,"cluster"/.test(await status())) await pause(20);
    again.signal('SIGTERM');
    expect(await again.exit).to.deep.equal(cleanExit);
  });

  it('refuses a second one on its ports or its data, and goes on', async () => {
    const running = await cluster();
    const samePorts = paxkv('cluster', '--port', String(ports[2]), '--data', 'other');
    expect(await samePorts.exit).to.deep.equal({ code: 1, signal: null });
    expect(samePorts.stderr).to.contain(
      `port ${ports[2]} is taken by node 2 of a running paxkv cluster named paxkv`,
    );
    const [other] = await freeRun(3);
    const sameData = paxkv('cluster', '--port', String(other));
    expect(await sameData.exit).to.deep.equal({ code: 3, signal: null });
    expect(sameData.stderr).to.match(/node \d did not start: .* \(DISK_IN_USE\)\n/);
    expect(sameData.stdout).to.equal('');
    await paste(running, /curl -X PUT/);
  });

  it('leaves nothing running when it is stopped while it starts', async () => {
    const command = paxkv('cluster', '--port', String(ports[0]));
    await command.says(/starting 3 nodes/);
    command.signal('SIGINT');
    expect(await command.exit).to.deep.equal(cleanExit);
    expect(command.stdout).to.equal('');
    await expectFree(ports);
  });

  it('takes its nodes along when it is killed itself', async () => {
    const running = await cluster();
    const pids = [...running.stdout.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids).to.have.lengthOf(3);
    running.signal('SIGKILL');
    await running.exit;
    while (pids.some(isAlive)) await pause(20);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Ports that follow one another, as a cluster takes them. */
async function freeRun(count: number): Promise<number[]> {
  for (;;) {
    const [first = 0] = await freePorts(1);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    try {
      await expectFree(ports);
      return ports;
    } catch {
      // Somebody has one of them; try elsewhere.
    }
  }
}
