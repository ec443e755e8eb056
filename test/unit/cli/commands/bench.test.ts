import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

const short = ['--seconds', '1', '--warm-up', '0', '--keys', '10', '--in-flight', '4'];

describe('paxkv bench', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  it('loads the cluster and prints what came of it', async () => {
    const { exitCode, printed } = await runCaptured(['bench', ...short, '-e', server.url]);
    expect(exitCode).to.equal(0);
    expect(printed).to.match(/^puts only, 10 keys/);
    expect(printed).to.match(/^failed +0$/m);
    const kinds = new Set(server.replica.requests.map(({ command }) => command.type));
    expect([...kinds]).to.have.members(['openSession', 'put']);
  });

  it('prints settings and figures as JSON, and writes a page', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-bench-'));
    try {
      const file = join(directory, 'page.html');
      const args = ['bench', ...short, '-w', 'b', '--json', '--html', file, '-e', server.url];
      const { exitCode, printed } = await runCaptured(args);
      expect(exitCode).to.equal(0);
      const result = JSON.parse(printed);
      expect(result.settings).to.include({ workload: 'b', keyCount: 10, valueBytes: 1000 });
      expect(result.answered).to.be.above(0);
      expect(result.absent).to.equal(0);
      expect(await readFile(file, 'utf8')).to.contain('YCSB B');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('counts errors by their code, and exits 1 if nothing was answered', async () => {
    server.replica.script = async () => ({ type: 'refused', reason: 'sessionExpired' });
    const args = ['bench', ...short, '--timeout', '200', '-e', server.url];
    const { exitCode, printed, notes } = await runCaptured(args);
    expect(exitCode).to.equal(1);
    expect(printed).to.match(/^failed +[\d,]+ KV_/m);
    expect(notes).to.deep.equal(['no request was answered']);
  });

  for (const [words, complaint] of [
    [['--workload', 'g'], /'g' is invalid/],
    [['--reads', '101'], /from 0 to 100/],
    [['--rate', '0'], /from 1 to/],
    [['--key-bytes', '3'], /from 8 to 1024/],
    [['--consistency', 'eventual'], /Allowed choices/],
    [['--distribution', 'normal'], /Allowed choices/],
  ] as const) {
    it(`refuses ${words.join(' ')} with exit code 2`, async () => {
      const { exitCode, notes } = await runCaptured(['bench', ...words, '-e', server.url]);
      expect(exitCode).to.equal(2);
      expect(notes.join('\n')).to.match(complaint);
      expect(server.replica.requests).to.deep.equal([]);
    });
  }

  it('refuses endpoints that are none, and contradictions, before it asks anything', async () => {
    expect((await runCaptured(['bench', '-e', 'http://'])).exitCode).to.equal(2);
    const args = ['bench', '-w', 'a', '--reads', '5', '-e', server.url];
    expect((await runCaptured(args)).exitCode).to.equal(2);
    expect(server.replica.requests).to.deep.equal([]);
  });
});
