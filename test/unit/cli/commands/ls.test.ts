import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv ls', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    const versions = { createRevision: 1, modRevision: 2, version: 2 };
    const keys = [Buffer.from('a/1'), Buffer.from('a\n2'), Uint8Array.of(255)];
    const entries = keys.map((key) => ({ key, value: undefined, ...versions }));
    server.replica.script = async () => ({ type: 'scan', revision: 2, entries, next: undefined });
  });
  afterEach(() => server.close());

  const ls = (...args: string[]) => runCaptured(['ls', '-e', server.url, ...args]);

  it('prints one key on a line, and nothing that a terminal acts on', async () => {
    expect(await ls('a')).to.deep.include({ exitCode: 0, printed: 'a/1\na\\n2\nbase64:/w==\n' });
  });

  it('prints keys with their revisions in JSON', async () => {
    const { printed } = await ls('--json');
    const versions = { createRevision: 1, modRevision: 2, version: 2 };
    expect(
      printed
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).to.deep.equal([
      { key: 'a/1', ...versions },
      { key: 'a\n2', ...versions },
      { keyBase64: '/w==', ...versions },
    ]);
  });

  it('asks for the prefix, the order and the limit, and for no values', async () => {
    await ls('app/', '--reverse', '--limit', '3');
    const { command } = server.replica.requests.at(-1) ?? expect.fail('none');
    expect(command).to.deep.include({ type: 'scan', limit: 3, reverse: true, keysOnly: true });
    expect(command)
      .to.have.property('prefix')
      .that.satisfies((prefix: Uint8Array) => {
        return Buffer.from(prefix).toString() === 'app/';
      });
  });

  it('refuses a limit that is no whole number from 1', async () => {
    for (const limit of ['0', '-1', '1.5', 'many']) {
      expect(await ls('--limit', limit), limit).to.include({ exitCode: 2 });
    }
  });
});
