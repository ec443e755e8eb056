/** Checks docs/operations.md against servers, the command and the sources that it describes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { checksOf } from '@paxkv/kvserver/internal/health/checks';
import { expect } from 'chai';
import { paxkv } from '../process/server-process.ts';
import { readSources } from '../tidy/source-tree.ts';
import { Cluster } from './cluster.ts';
import { codeIn, commandsOf, readPage, rowsOf, sectionOf } from './pages.ts';

const run = promisify(execFile);

describe('docs/operations.md', function () {
  // Each command is a process, on a machine that may be busy.
  this.timeout(60_000);

  let text: string;

  before(async () => {
    text = await readPage('docs/operations.md');
  });

  describe('with a cluster', () => {
    let cluster: Cluster;

    beforeEach(async () => {
      cluster = await Cluster.start();
    });
    afterEach(() => cluster.close());

    async function outputOf(...words: string[]): Promise<string> {
      const env = { ...process.env, PAXKV_ENDPOINTS: cluster.addresses.join(',') };
      const { stdout } = await run(process.execPath, [paxkv, ...words], { env });
      return stdout;
    }

    /** The status once the feature level of the new cluster has been raised, about a second after its start. */
    async function settledStatus(): Promise<string> {
      for (;;) {
        const output = await outputOf('status');
        if (!output.includes('feature level')) return output;
      }
    }

    function documented(line: string): string {
      const example = commandsOf(text).find((each) => each.command === line);
      return example?.output ?? expect.fail(`${line} is not in the page`);
    }

    /** Addresses have other ports here, and so other widths. */
    const withoutPorts = (output: string) =>
      output.trimEnd().replaceAll(/127\.0\.0\.1:\d+ +/g, 'address ');

    it('shows the output of paxkv health', async () => {
      const expected = withoutPorts(documented('paxkv health --wait 1m'));
      expect(withoutPorts(await outputOf('health', '--wait', '1m'))).to.equal(expected);
    });

    it('shows and explains each line and column of paxkv status', async () => {
      const shape = (output: string) => output.replaceAll(/\d[\d.]*( (ms|s|min))?/g, '1');
      const [shown, real] = [documented('paxkv status'), await settledStatus()].map((output) =>
        shape(output)
          .split('\n')
          .filter((line) => /^[a-z]/.test(line))
          .map((line) => line.split(/ +/).slice(0, line.startsWith('node') ? 8 : 1)),
      );
      expect(shown).to.deep.equal(real);
      const explained = rowsOf(sectionOf(text, '### The table of `paxkv status`')).map(
        ([field = '']) => codeIn(field)[0],
      );
      const words = real?.flat().map((word) => word.replace(':', '')) ?? [];
      expect(words.filter((word) => !['node', 'address'].includes(word))).to.have.members(
        explained,
      );
    });
  });

  it('explains every required check and no other', () => {
    const section = sectionOf(text, '## Is it well?');
    const table = section.slice(section.indexOf('| Check |'));
    const facts = { peers: [], quorumAgeMs: 0, levelAgeMs: 0, lag: 0, pendingMs: 0 };
    const checks = checksOf({
      ...facts,
      ...{ state: 'running', reason: undefined, writeFailure: undefined, isFounded: true },
    });
    const names = checks.filter(({ required }) => required).map(({ name }) => name);
    expect(rowsOf(table).map(([name = '']) => codeIn(name)[0])).to.deep.equal(names);
  });

  it('explains only log lines that the server writes', () => {
    const sources = readSources('packages')
      .filter(({ path }) => path.startsWith('packages/kvserver/'))
      .map((source) => source.text)
      .join('\n');
    const lines = rowsOf(sectionOf(text, '### Log lines')).flatMap(([cell = '']) => codeIn(cell));
    expect(lines).to.have.length.above(15);
    expect(lines.filter((line) => !sources.includes(`'${line}'`))).to.deep.equal([]);
  });
});
