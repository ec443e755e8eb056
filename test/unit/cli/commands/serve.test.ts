import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { clusterSecret, writeClusterSecret } from '../../../process/cluster-secret.ts';
import { runCaptured } from '../captured-streams.ts';
import { clearEnvironment, setEnvironment } from '../environment.ts';

const names = [
  ...['NODE', 'PEERS', 'DATA', 'CLUSTER', 'HOST', 'PORT', 'INSECURE'],
  ...[
    'LOG_BUDGET',
    'LOG_WINDOW',
    'HISTORY',
    'MEMORY_BUDGET',
    'FEATURE_LEVEL_MAX',
    'CONSOLE',
    'TRACE',
    'TRACE_SIZE',
    'LOG_LEVEL',
  ],
  ...['PEER_ADDRESSES', 'PEER_HOST', 'CLUSTER_SECRET_FILE', 'UNPROVEN_PEERS'],
  ...['PEER_KEY_FILE', 'PEER_CERT_FILE', 'PEER_CA_FILE'],
  ...['AUTH', 'ROOT_TOKEN_FILE', 'TLS_KEY_FILE', 'TLS_CERT_FILE', 'TLS_CLIENT_CA_FILE'],
  ...['LOG_FORMAT', 'SLOW_REQUEST_MS', 'CONFIG'],
];
const complete = ['serve', '--node', '0', '--peers', '10.0.0.1:1', '--data', 'nowhere/at/all'];

describe('paxkv serve', () => {
  afterEach(clearEnvironment);

  it('shows in its help where in the environment each option is read', async () => {
    const { printed } = await runCaptured(['serve', '--help']);
    const known = [...printed.matchAll(/PAXKV_(\w+)/g)].map(([, name]) => name);
    expect(known).to.have.members(names);
  });

  for (const missing of ['--node', '--peers', '--data']) {
    it(`asks for ${missing}`, async () => {
      const index = complete.indexOf(missing);
      const { exitCode, notes } = await runCaptured(complete.toSpliced(index, 2));
      expect(exitCode).to.equal(2);
      const name = missing.slice(2).toUpperCase();
      expect(notes).to.deep.equal([
        `${missing} is missing; PAXKV_${name}, or ${missing.slice(2)} in the file of --config, may give it too`,
      ]);
    });
  }

  it('asks for all that is missing at once', async () => {
    const { notes } = await runCaptured(['serve']);
    expect(notes.map((line) => line.split(' ')[0])).to.deep.equal(['--node', '--peers', '--data']);
  });

  it('names an option that does not exist, and not the one that is missing for it', async () => {
    const { exitCode, notes } = await runCaptured(['serve', '--nod', '1']);
    expect(exitCode).to.equal(2);
    expect(notes[0]).to.equal("unknown option '--nod'");
    expect(notes.join()).to.contain('Did you mean --node?').and.not.contain('missing');
  });

  it('reads options from the environment, and names the variable of a bad one', async () => {
    setEnvironment({
      PAXKV_NODE: '7',
      PAXKV_PEERS: 'localhost:1,localhost:2',
      PAXKV_DATA: 'nowhere/at/all',
    });
    const { exitCode, notes } = await runCaptured(['serve']);
    expect(exitCode).to.equal(2);
    expect(notes).to.deep.equal(['PAXKV_NODE: 7 is not among the 2 addresses']);
  });

  it('says each thing that is wrong in a line of its own', async () => {
    const args = ['serve', '--node', '0', '--peers', 'a,b:x', '--data', '', '--cluster', 'a b'];
    const { exitCode, notes } = await runCaptured(args);
    expect(exitCode).to.equal(2);
    const flags = notes.map((line) => line.split(':')[0]);
    expect(flags).to.have.members(['--peers', '--peers', '--data', '--cluster']);
  });

  it('listens on loopback alone, also with PAXKV_INSECURE=no', async () => {
    setEnvironment({ PAXKV_INSECURE: 'no' });
    const { exitCode, notes } = await runCaptured(complete);
    expect(exitCode).to.equal(2);
    expect(notes.join()).to.match(/^--host: 10\.0\.0\.1 is reachable from other machines/);
  });

  it('refuses a PAXKV_INSECURE that is neither yes nor no', async () => {
    setEnvironment({ PAXKV_INSECURE: 'perhaps' });
    const { exitCode, notes } = await runCaptured(complete);
    expect(exitCode).to.equal(2);
    expect(notes.join()).to.contain('It must be yes or no.');
  });
});

describe('paxkv serve --print-config', () => {
  let directory: string;
  let data: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-serve-'));
    await writeClusterSecret(join(directory, 'cluster-secret'));
    data = join(directory, 'data');
  });
  afterEach(async () => {
    clearEnvironment();
    await rm(directory, { recursive: true });
  });

  const args = () => [
    ...['serve', '--node', '1', '--peers', '127.0.0.1:1,127.0.0.1:2', '--data', data],
    ...['--print-config', '--log-window', '2GiB'],
    ...['--cluster-secret-file', join(directory, 'cluster-secret')],
  ];

  it('prints every setting with its source, the defaults of the server too, and starts nothing', async () => {
    setEnvironment({ PAXKV_LOG_LEVEL: 'warn' });
    const { exitCode, printed } = await runCaptured(args());
    expect(exitCode).to.equal(0);
    expect(printed).to.contain('logWindow: 2GiB # --log-window\n');
    expect(printed).to.contain('logLevel: warn # PAXKV_LOG_LEVEL\n');
    expect(printed).to.match(/^port: 2 # default$/m);
    expect(printed).to.match(/^logBudget: \d+\w* # default$/m);
    expect(existsSync(data)).to.equal(false);
  });

  it('prints a file that gives the same settings', async () => {
    const { printed } = await runCaptured(args());
    const file = join(directory, 'paxkv.yaml');
    await writeFile(file, printed);
    const again = await runCaptured(['serve', '--config', file, '--print-config']);
    const withoutSources = (text: string) => text.replaceAll(/ #.*$/gm, '');
    expect(withoutSources(again.printed)).to.equal(withoutSources(printed));
  });

  it('prints the name of the file with the secret, and not the secret', async () => {
    const { printed } = await runCaptured(args());
    expect(printed).to.contain(join(directory, 'cluster-secret'));
    expect(printed).to.contain('peerAddresses: 127.0.0.1:1001,127.0.0.1:1002 # default\n');
    expect(printed).to.not.contain(clusterSecret);
  });

  it('refuses a secret that others may read, or that is none', async () => {
    const file = join(directory, 'cluster-secret');
    await chmod(file, 0o644);
    const open = await runCaptured(args());
    expect(open.exitCode).to.equal(2);
    expect(open.notes).to.deep.equal([
      `cannot use ${file}: other users may use it: its mode is 0644, and must be 0600${process.getuid?.() === 0 ? ' or 0640' : ''}`,
    ]);
    await chmod(file, 0o600);
    await writeFile(file, 'too short\n');
    const short = await runCaptured(args());
    expect(short.exitCode).to.equal(2);
    expect(short.notes.join()).to.match(/^--cluster-secret-file: must have 32 to 256/);
    expect(short.notes.join()).to.not.contain('too short');
  });

  it('checks the settings as a start does', async () => {
    const { exitCode, notes } = await runCaptured([...args(), '--port', '1', '--host', '0.0.0.0']);
    expect(exitCode).to.equal(2);
    expect(notes.join()).to.match(/^--host: 0\.0\.0\.0 is reachable from other machines/);
  });
});
