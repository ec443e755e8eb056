import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv append', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  it('adds the argument or what is piped in to the end, and prints the revision', async () => {
    const first = await runCaptured(['append', 'k', 'ab', '-e', server.url]);
    expect(first).to.deep.include({ exitCode: 0, printed: '1\n' });
    const streams = new CapturedStreams({ piped: 'cd' });
    expect((await runCaptured(['append', 'k', '-e', server.url], streams)).printed).to.equal('2\n');
    expect((await runCaptured(['get', 'k', '-e', server.url])).printed).to.equal('abcd');
  });

  it('prints the length too in JSON', async () => {
    const { printed } = await runCaptured(['append', 'k', 'ab', '--json', '-e', server.url]);
    expect(JSON.parse(printed)).to.deep.equal({ revision: 1, length: 2 });
  });
});
