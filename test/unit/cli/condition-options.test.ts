import { expect } from 'chai';
import { ServerUnderTest } from '../kvserver/api/http/server-under-test.ts';
import { runCaptured } from './captured-streams.ts';

describe('a write on a condition', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  const paxkv = (...args: string[]) => runCaptured([...args, '-e', server.url]);
  const value = async () => (await paxkv('get', 'k')).printed;

  it('is done if the condition holds, and prints what it prints without one', async () => {
    expect(await paxkv('put', 'k', 'one', '--if-absent')).to.include({
      exitCode: 0,
      printed: '1\n',
    });
    const next = await paxkv('put', 'k', 'two', '--if-revision', '1', '--json');
    expect(JSON.parse(next.printed)).to.deep.equal({ revision: 2 });
    expect(await paxkv('append', 'k', '!', '--if-value', 'two')).to.include({ printed: '3\n' });
    expect(await value()).to.equal('two!');
    expect(await paxkv('delete', 'k', '--if-revision', 'present')).to.include({ printed: '4\n' });
    expect(await paxkv('incr', 'k', '7', '--if-absent')).to.include({ printed: '7\n' });
  });

  it('ends with an exit code of its own if the condition does not hold, and writes nothing', async () => {
    const absent = await paxkv('put', 'k', 'x', '--if-revision', 'present');
    expect(absent).to.include({ exitCode: 7, printed: '' });
    expect(absent.notes.join()).to.contain('the key is absent');
    await paxkv('put', 'k', '1');
    const commands = [
      ['put', 'k', 'x', '--if-absent'],
      ['append', 'k', 'x', '--if-revision', '9'],
      ['incr', 'k', '--if-value', '2'],
      ['delete', 'k', '--if-revision', 'absent'],
    ];
    for (const command of commands) {
      const outcome = await paxkv(...command);
      expect(outcome, command.join(' ')).to.include({ exitCode: 7, printed: '' });
      expect(outcome.notes.join()).to.contain('at revision 1');
    }
    expect(await value()).to.equal('1');
  });

  it('is refused, and not sent, if the condition is none', async () => {
    const sent = server.replica.requests.length;
    for (const revision of ['0', '-1', '1.5', 'latest', '1e3', '', String(2 ** 53)]) {
      const outcome = await paxkv('put', 'k', 'x', `--if-revision=${revision}`);
      expect(outcome, revision).to.include({ exitCode: 2 });
    }
    const both = await paxkv('put', 'k', 'x', '--if-absent', '--if-revision', '1');
    expect(both).to.include({ exitCode: 2 });
    expect(server.replica.requests).to.have.length(sent);
  });
});
