import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv incr', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  const incr = (...args: string[]) => runCaptured(['incr', '-e', server.url, ...args]);

  it('adds 1 or what it is told, and prints the counter', async () => {
    expect(await incr('k')).to.deep.include({ exitCode: 0, printed: '1\n' });
    expect((await incr('k', '41')).printed).to.equal('42\n');
    expect((await incr('k', '-50')).printed).to.equal('-8\n');
    expect((await incr('k', '--', '-1')).printed).to.equal('-9\n');
  });

  it('prints the revision too in JSON, and the counter as text', async () => {
    const { printed } = await incr('k', '9007199254740993', '--json');
    expect(JSON.parse(printed)).to.deep.equal({ value: '9007199254740993', revision: 1 });
  });

  it('takes only whole numbers of 64 bits', async () => {
    for (const by of ['1.5', 'one', '', '0x1', String(2n ** 63n)]) {
      expect(await incr('k', by), by).to.include({ exitCode: 2 });
    }
    expect((await incr('k', String(2n ** 63n - 1n))).exitCode).to.equal(0);
  });
});
