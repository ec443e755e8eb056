import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { Cluster } from '../../../docs/cluster.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv import', function () {
  this.timeout(20_000);

  let cluster: Cluster;
  let client: KvClient<'buffer'>;
  let flags: readonly string[];

  before(async () => {
    cluster = await Cluster.start();
    client = new KvClient({ endpoints: cluster.addresses, encoding: 'buffer' });
    flags = ['-e', cluster.addresses.join(',')];
  });
  afterEach(() => client.deleteRange({}));
  after(async () => {
    await client.close();
    await cluster.close();
  });

  const piped = (text: string | Buffer) => new CapturedStreams({ piped: text });

  it('puts more entries than a transaction has, and larger ones than a batch', async () => {
    const text = 'x'.repeat(200_000);
    const lines = Array.from({ length: 300 }, (_, index) => {
      const value = index % 100 === 0 ? text : `${index}`;
      return JSON.stringify({ key: `${index}`, value });
    });
    const imported = await runCaptured(['import', ...flags], piped(lines.join('\n')));
    expect(imported).to.deep.include({ exitCode: 0, printed: '300\n' });
    expect(await client.count({})).to.equal(300);
    expect(await client.get('200')).to.have.length(200_000);
  });

  it('reads a file, and lines of paxkv get --prefix', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paxkv-import-'));
    const file = join(folder, 'entries.jsonl');
    await client.put('a', '1');
    const got = await runCaptured(['get', '--prefix', '', '--json', ...flags]);
    await writeFile(file, `${got.printed}\n`);
    const imported = await runCaptured(['import', file, '--json', ...flags]);
    expect(JSON.parse(imported.printed)).to.include({ count: 1 });
    await rm(folder, { recursive: true });
  });

  it('says which line is wrong, and how many entries were put before it', async () => {
    const lines = Array.from({ length: 129 }, (_, index) => `{"key":"${index}","value":""}`);
    const outcome = await runCaptured(
      ['import', ...flags],
      piped([...lines, '', '{"key":"x"}'].join('\n')),
    );
    expect(outcome).to.deep.include({ exitCode: 1, printed: '' });
    const message = 'line 131: it has neither a text value nor a base64 valueBase64';
    expect(outcome.notes).to.deep.equal([`128 entries were put before this: ${message}`]);
    expect(await client.count({})).to.equal(128);
  });

  it('refuses what is no entry, a file that is not there, and no input at all', async () => {
    for (const line of ['[', '1', 'null', '{"key":1,"value":""}', '{"keyBase64":"x","value":""}']) {
      const outcome = await runCaptured(['import', ...flags], piped(line));
      expect(outcome.exitCode, line).to.equal(1);
      expect(outcome.notes.join(), line).to.match(/^line 1: it /);
    }
    const notText = await runCaptured(['import', ...flags], piped(Buffer.from([255])));
    expect(notText).to.include({ exitCode: 1 });
    const absent = await runCaptured(['import', '/none/entries', ...flags]);
    expect(absent).to.include({ exitCode: 1 });
    expect(absent.notes.join()).to.contain('cannot read /none/entries');
    expect(await runCaptured(['import', ...flags])).to.include({ exitCode: 2 });
    expect(await client.count({})).to.equal(0);
  });
});
