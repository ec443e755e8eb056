import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv put', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  it('prints the revision', async () => {
    await runCaptured(['put', 'k', 'one', '-e', server.url]);
    const outcome = await runCaptured(['put', 'k', 'two', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '2\n', notes: [] });
  });

  it('prints JSON when asked', async () => {
    const { printed } = await runCaptured(['put', 'k', 'v', '--json', '-e', server.url]);
    expect(JSON.parse(printed)).to.deep.equal({ revision: 1 });
  });

  it('stores what is piped in, newline included', async () => {
    const streams = new CapturedStreams({ piped: 'piped\n' });
    await runCaptured(['put', 'k', '-', '-e', server.url], streams);
    expect((await runCaptured(['get', 'k', '-e', server.url])).printed).to.equal('piped\n');
  });

  it('is called set too', async () => {
    const outcome = await runCaptured(['set', 'k', 'v', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '1\n', notes: [] });
  });

  it('refuses to store nothing for want of a value, but stores the empty value', async () => {
    const refused = await runCaptured(['put', 'k', '-e', server.url]);
    expect(refused).to.deep.include({ exitCode: 2, printed: '' });
    expect(refused.notes.join()).to.match(/^the value is missing: /);
    expect(server.replica.requests).to.deep.equal([]);
    expect((await runCaptured(['put', 'k', '', '-e', server.url])).exitCode).to.equal(0);
    expect(await runCaptured(['get', 'k', '-e', server.url])).to.include({
      exitCode: 0,
      printed: '',
    });
  });

  it('stores what looks like an option behind --', async () => {
    await runCaptured(['put', '-e', server.url, '--', 'k', '-5']);
    expect((await runCaptured(['get', 'k', '-e', server.url])).printed).to.equal('-5');
  });

  it('says that a value over the limit was not stored', async () => {
    const streams = new CapturedStreams({ piped: Buffer.alloc(1024 * 1024 + 1) });
    const { exitCode, printed, notes } = await runCaptured(['put', 'k', '-e', server.url], streams);
    expect(exitCode).to.equal(1);
    expect(printed).to.equal('');
    expect(notes.join()).to.contain('(KV_TOO_LARGE, not done)');
    expect(server.replica.requests).to.deep.equal([]);
  });
});
