import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from 'paxkv/internal/program';
import { backupOf, smallState } from '../../kvserver/backup/backups.ts';
import { type BackupServer, backupServer, complete, cut } from '../backup/backup-server.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv backup', () => {
  let folder: string;
  let file: string;
  let server: BackupServer;
  let expected: Buffer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-backup-'));
    file = join(folder, 'backup');
    expected = await backupOf((await smallState()).level);
  });

  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const backUp = (...args: string[]) => runCaptured(['backup', ...args, '-e', server.endpoint]);
  /** The first request asks for the status, which these servers do not have. */
  const noStatus = complete;

  it('writes a file, and says what is in it and where it is from', async () => {
    server = await backupServer(noStatus, complete);
    const { exitCode, printed } = await backUp(file);
    expect(exitCode).to.equal(0);
    expect((await readFile(file)).equals(expected)).to.equal(true);
    expect(printed).to.match(/^backed up cluster paxkv at revision 5 .*\n2 entries, 1 sessions/);
    expect(printed).to.contain(`from ${server.endpoint.replace('http://', '')}`);
    expect(await readdir(folder)).to.deep.equal(['backup']);
    const json = JSON.parse((await backUp(file, '--overwrite', '--json')).printed);
    expect(json).to.include({ cluster: 'paxkv', revision: 5 });
  });

  it('writes to standard output, and reports on standard error', async () => {
    server = await backupServer(noStatus, complete);
    const streams = new CapturedStreams({});
    expect(await run(['backup', '-', '-e', server.endpoint], streams)).to.equal(0);
    expect(streams.printed.equals(expected)).to.equal(true);
    expect(streams.notes.at(-1)).to.contain('backed up');
    const terminal = new CapturedStreams({ isTerminal: true });
    expect(await run(['backup', '-', '-e', server.endpoint], terminal)).to.equal(2);
  });

  it('leaves no file if no server gives a complete backup', async () => {
    server = await backupServer(noStatus, cut);
    const { exitCode, notes } = await backUp(file);
    expect(exitCode).to.equal(1);
    expect(notes.join()).to.contain('no server gives a complete backup');
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('replaces no file unless asked to', async () => {
    server = await backupServer(noStatus, complete);
    await writeFile(file, 'before');
    expect((await backUp(file)).exitCode).to.equal(2);
    expect(await readFile(file, 'utf8')).to.equal('before');
    expect(server.targets).to.deep.equal([]);
  });

  it('cannot begin anew what it has printed already', async () => {
    server = await backupServer(noStatus, cut, complete);
    const { exitCode, notes } = await backUp('-');
    expect(exitCode).to.equal(1);
    expect(notes.at(-1)).to.contain('what was written is incomplete');
  });
});
