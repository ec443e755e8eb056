import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv get', () => {
  let server: ServerUnderTest;
  const bytes = Buffer.from([0xff, 0, 10]);

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    await runCaptured(['put', 'text', 'blue', '-e', server.url]);
    await runCaptured(['put', 'bytes', '-e', server.url], new CapturedStreams({ piped: bytes }));
  });
  afterEach(() => server.close());

  it('gives a pipe the exact bytes', async () => {
    const streams = new CapturedStreams({});
    const { exitCode } = await runCaptured(['get', 'bytes', '-e', server.url], streams);
    expect(exitCode).to.equal(0);
    expect(streams.printed).to.deep.equal(bytes);
  });

  it('ends the line in a terminal, unless told --raw', async () => {
    const terminal = () => new CapturedStreams({ isTerminal: true });
    const plain = await runCaptured(['get', 'text', '-e', server.url], terminal());
    expect(plain.printed).to.equal('blue\n');
    const raw = await runCaptured(['get', 'text', '--raw', '-e', server.url], terminal());
    expect(raw.printed).to.equal('blue');
  });

  it('prints JSON with the versions, and base64 for what is no text', async () => {
    const text = await runCaptured(['get', 'text', '--json', '-e', server.url]);
    expect(JSON.parse(text.printed)).to.deep.equal({
      key: 'text',
      value: 'blue',
      createRevision: 1,
      modRevision: 1,
      version: 1,
    });
    const other = await runCaptured(['get', 'bytes', '--json', '-e', server.url]);
    expect(JSON.parse(other.printed)).to.include({ key: 'bytes', valueBase64: '/wAK' });
  });

  it('prints each of the forms of -o', async () => {
    const terminal = new CapturedStreams({ isTerminal: true });
    await runCaptured(['get', 'bytes', '-o', 'raw', '-e', server.url], terminal);
    expect(terminal.printed).to.deep.equal(bytes);
    const get = (form: string) => runCaptured(['get', 'text', '-o', form, '-e', server.url]);
    expect((await get('simple')).printed).to.equal('blue');
    expect(JSON.parse((await get('json')).printed)).to.include({ key: 'text', value: 'blue' });
    expect((await get('table')).printed).to.match(/text.*blue.*1.*1/);
    expect(await get('yaml')).to.include({ exitCode: 2 });
  });

  it('refuses two forms, and a key with a prefix', async () => {
    for (const words of [
      ['text', '--raw', '--json'],
      ['text', '-o', 'table', '--json'],
      ['text', '--prefix', 't'],
      [],
    ]) {
      expect(await runCaptured(['get', ...words, '-e', server.url])).to.include({ exitCode: 2 });
    }
    const same = await runCaptured(['get', 'text', '--json', '-o', 'json', '-e', server.url]);
    expect(same).to.include({ exitCode: 0 });
  });

  it('exits 5 for an absent key, with nothing on standard output', async () => {
    const outcome = await runCaptured(['get', 'no "key"', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 5, printed: '' });
    expect(outcome.notes).to.deep.equal(['no such key: "no \\"key\\""']);
  });

  it('says in JSON that a key is absent', async () => {
    const outcome = await runCaptured(['get', 'other', '--json', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 5, printed: '', notes: [] });
    expect(JSON.parse(outcome.explained)).to.deep.equal({
      error: { code: 'KV_NO_SUCH_KEY', outcome: 'done', message: 'no such key: "other"' },
    });
  });

  it('exits 1 if no server can be reached, which says nothing about the key', async () => {
    const dead = server.url;
    await server.close();
    const outcome = await runCaptured(['get', 'text', '-t', '300ms', '-e', dead]);
    expect(outcome).to.deep.include({ exitCode: 1, printed: '' });
    server = await ServerUnderTest.open();
  });
});
