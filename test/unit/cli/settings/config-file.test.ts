import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CliError } from 'paxkv/internal/cli-error';
import { readConfigFile } from 'paxkv/internal/settings/config-file';
import { serveSettings } from 'paxkv/internal/settings/table';
import { rejectionOf } from '../../simulator/rejection.ts';

describe('a file of settings', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-config-'));
    path = join(directory, 'paxkv.yaml');
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function read(content: string | Uint8Array): Promise<object> {
    await writeFile(path, content);
    return Object.fromEntries(await readConfigFile(path, serveSettings));
  }

  async function problemsOf(content: string | Uint8Array): Promise<readonly string[]> {
    try {
      await read(content);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      expect(error.code).to.equal('CLI_USAGE');
      return error.lines.map((line) => line.replaceAll(path, 'FILE'));
    }
    throw new Error('the file was accepted');
  }

  it('takes each value as the text that a flag takes', async () => {
    const content = 'node: 1\nlogBudget: 64MiB # half\nconsole: off\ncluster: "prod"\n';
    expect(await problemsOf(content)).to.deep.equal(['FILE: console: It must be yes or no.']);
    expect(await read(content.replace('off', 'no'))).to.deep.equal({
      node: 1,
      logBudget: 64 * 1024 ** 2,
      console: false,
      cluster: 'prod',
    });
  });

  it('leaves names of digits as they are', async () => {
    expect(await read('cluster: 1.10\ndata: 007\n')).to.deep.equal({
      cluster: '1.10',
      data: '007',
    });
  });

  it('takes a list as a list', async () => {
    const peers = ['10.0.0.1:1', '10.0.0.2:1'];
    expect(await read(`peers:\n  - ${peers.join('\n  - ')}\n`)).to.deep.equal({ peers });
    expect(await read(`peers: ${peers.join(', ')}\n`)).to.deep.equal({ peers });
  });

  for (const content of ['', '# nothing is set\n', '---\n']) {
    it(`takes ${JSON.stringify(content)} for no settings`, async () => {
      expect(await read(content)).to.deep.equal({});
    });
  }

  it('refuses unknown names, each with the nearest that exists', async () => {
    const content = 'logBugdet: 1GiB\nlog-level: info\nreplicationFactor: 3\n__proto__: 1\n';
    expect(await problemsOf(content)).to.deep.equal([
      'FILE: logBugdet: there is no such setting; did you mean logBudget?',
      'FILE: log-level: there is no such setting; did you mean logLevel?',
      'FILE: replicationFactor: there is no such setting',
      'FILE: __proto__: there is no such setting',
    ]);
  });

  it('says each thing that is wrong in a line of its own', async () => {
    const lines = await problemsOf('node: -1\nport: 99999\nlogBudget:\npeers: []\ntrace: {a: 1}\n');
    expect(lines.map((line) => line.split(': ')[1])).to.deep.equal([
      ...['node', 'port', 'logBudget', 'peers', 'trace'],
    ]);
  });

  for (const [what, content] of [
    ['a list', '- node: 1\n'],
    ['a text', 'node 1\n'],
    ['a name given twice', 'node: 1\nnode: 2\n'],
    ['a broken quote', 'data: "/var\n'],
    ['an alias', 'data: &a x\ncluster: *a\n'],
    ['two documents', 'node: 1\n---\nnode: 2\n'],
    ['a tab as indent', 'peers:\n\t- a:1\n'],
    ['a file that is too long', Buffer.alloc(2 * 1024 ** 2, '#')],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const [line, ...others] = await problemsOf(content);
      expect(line).to.match(/^cannot use the settings in FILE: ./);
      expect(others).to.deep.equal([]);
    });
  }

  it('refuses a file that is absent, and a directory', async () => {
    for (const [unusable, code] of [
      [path, 'ENOENT'],
      [directory, 'EISDIR'],
    ] as const) {
      const error = await rejectionOf(readConfigFile(unusable, serveSettings));
      expect(error).to.be.instanceOf(CliError).with.property('message').that.includes(code);
    }
  });
});
