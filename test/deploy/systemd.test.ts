import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { allocatorEnvironment } from 'paxkv/internal/cluster/node-process';
import { readPage } from '../docs/pages.ts';
import { effectiveSettings, makeSecrets } from './deployment-files.ts';

const run = promisify(execFile);
const unitPath = 'deploy/systemd/paxkv.service';

/** The highest exposure that systemd may find: 0 is a unit without rights, 10 one with all. */
const exposureMax = 2;

describe('The systemd unit', () => {
  let unit: string;
  const lineValue = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  before(async () => {
    unit = await readPage(unitPath);
  });

  it('starts a node with its file of settings, which the server takes', async () => {
    const [program, ...args] = lineValue('ExecStart').split(' ');
    expect(program).to.equal('/usr/bin/paxkv');
    const content = await readPage('deploy/systemd/paxkv.yaml');
    const files = { '/etc/paxkv/paxkv.yaml': content };
    const secrets = await makeSecrets();
    const start = { environment: {}, args, files, secretsAt: '/etc/paxkv/secret', secrets };
    const settings = await effectiveSettings(start).finally(() => rm(secrets, { recursive: true }));
    expect(settings.get('insecure')).to.equal('no');
    expect(settings.get('auth')).to.equal('yes');
    expect(settings.get('data')).to.equal(`/var/lib/${lineValue('StateDirectory')}/data`);
  });

  it('sets what the allocator needs to give memory back', () => {
    const [[name, value] = []] = Object.entries(allocatorEnvironment);
    expect(lineValue('Environment')).to.equal(`${name}=${value}`);
  });

  it('restarts a node that ends, unless its settings are wrong', () => {
    expect(lineValue('Restart')).to.equal('always');
    expect(lineValue('RestartPreventExitStatus')).to.equal('2');
  });

  it('is a unit that systemd takes, and with few rights', async function () {
    const hasSystemd = await run('systemd-analyze', ['--version']).then(
      () => true,
      () => false,
    );
    if (!hasSystemd) this.skip();
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-unit-'));
    try {
      const path = join(directory, 'paxkv.service');
      // The program need not be installed where the test runs.
      await writeFile(path, unit.replace('/usr/bin/paxkv', '/bin/true'));
      const verified = await run('systemd-analyze', ['verify', path]);
      expect(verified.stdout + verified.stderr).to.equal('');
      const security = ['security', '--offline=true', path];
      const { stdout } = await run('systemd-analyze', security);
      const exposure = Number(/exposure level for paxkv.service: ([\d.]+)/.exec(stdout)?.[1]);
      expect(exposure).to.be.below(exposureMax);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
