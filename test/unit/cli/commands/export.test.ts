import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { Cluster } from '../../../docs/cluster.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv export', function () {
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

  const bytes = new Uint8Array([255, 0]);
  const piped = (text: string | Buffer) => new CapturedStreams({ piped: text });

  it('prints every entry as a line that import reads, and how many on standard error', async () => {
    await client.put('a/text', 'two\nlines');
    await client.put('a/empty', '');
    await client.put(new Uint8Array([97, 47, 255]), bytes);
    await client.put('b', 'left out');
    const exported = await runCaptured(['export', 'a/', ...flags]);
    expect(exported.printed).to.equal(
      [
        '{"key":"a/empty","value":""}',
        '{"key":"a/text","value":"two\\nlines"}',
        '{"keyBase64":"YS//","valueBase64":"/wA="}',
        '',
      ].join('\n'),
    );
    expect(exported.notes).to.deep.equal(['exported 3 entries']);
    await client.deleteRange({});
    const imported = await runCaptured(['import', ...flags], piped(exported.printed));
    expect(imported).to.deep.include({ exitCode: 0, printed: '3\n' });
    expect(await client.get(new Uint8Array([97, 47, 255]))).to.deep.equal(bytes);
    const again = await runCaptured(['export', '--quiet', ...flags]);
    expect(again).to.deep.include({ printed: exported.printed, notes: [] });
  });
});
