import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { NodeUnderTest } from '../../client/range/node-under-test.ts';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

const node = process.execPath;

describe('paxkv lock', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    const machine = await NodeUnderTest.open();
    server.replica.script = (request) => machine.submit(request);
  });
  afterEach(() => server.close());

  const lock = (...program: string[]) =>
    runCaptured(['lock', 'a lock', '-e', server.url, '--', ...program]);
  const count = async () => (await runCaptured(['ls', 'a lock', '-e', server.url])).printed;

  it('exits with the code of the program, and releases the lock', async () => {
    expect(await lock(node, '-e', 'process.exit(0)')).to.include({ exitCode: 0 });
    const failed = await lock(node, '-e', 'process.exit(42)');
    expect(failed).to.deep.include({ exitCode: 42, notes: [], printed: '' });
    expect(await count()).to.equal('');
  });

  it('tells the program the number of the lock', async () => {
    const program = 'process.exit(Number(process.env.PAXKV_FENCE))';
    expect(await lock(node, '-e', program)).to.include({ exitCode: 1 });
    expect(await lock(node, '-e', program)).to.include({ exitCode: 3 });
  });

  it('exits with 128 and the number of the signal that has ended the program', async () => {
    const program = "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)";
    expect(await lock(node, '-e', program)).to.include({ exitCode: 137 });
  });

  it('says that a program cannot be run, and releases the lock', async () => {
    const outcome = await lock('/no/such/program');
    expect(outcome).to.include({ exitCode: 1 });
    expect(outcome.notes.join()).to.match(/^cannot run \/no\/such\/program: /);
    expect(await count()).to.equal('');
  });

  it('gives up after --wait, and leaves nothing in the line', async () => {
    const client = new KvClient({ endpoints: server.url });
    const held = await client.lock('a lock', { ttlMs: 60_000 });
    const words = ['lock', 'a lock', '-e', server.url, '--wait', '100ms', '--', node, '-e', ''];
    const { exitCode, notes } = await runCaptured(words);
    expect(exitCode).to.equal(1);
    expect(notes).to.deep.equal(['the lock was not obtained within 100 ms']);
    expect((await count()).trim().split('\n')).to.have.lengthOf(1);
    await held.release();
    expect(await lock(node, '-e', '')).to.include({ exitCode: 0 });
    await client.close();
  });

  it('needs a program', async () => {
    expect(await runCaptured(['lock', 'a lock', '-e', server.url])).to.include({ exitCode: 2 });
  });
});
