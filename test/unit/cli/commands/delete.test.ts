import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv delete', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    await runCaptured(['put', 'k', 'v', '-e', server.url]);
  });
  afterEach(() => server.close());

  it('removes the key and prints the revision', async () => {
    const outcome = await runCaptured(['delete', 'k', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '2\n', notes: [] });
    expect((await runCaptured(['get', 'k', '-e', server.url])).exitCode).to.equal(5);
  });

  it('succeeds for an absent key, and says so beside the data', async () => {
    const outcome = await runCaptured(['delete', 'other', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '1\n' });
    expect(outcome.notes).to.deep.equal(['there was no key "other"']);
  });

  it('tells in JSON whether the key was there', async () => {
    const { printed } = await runCaptured(['delete', 'k', '--json', '-e', server.url]);
    expect(JSON.parse(printed)).to.deep.equal({ revision: 2, deleted: true });
    const again = await runCaptured(['delete', 'k', '--json', '-e', server.url]);
    expect(JSON.parse(again.printed)).to.deep.equal({ revision: 2, deleted: false });
    expect(again).to.deep.include({ exitCode: 0, notes: [], explained: '' });
  });

  it('is called del too', async () => {
    const outcome = await runCaptured(['del', 'k', '-e', server.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '2\n', notes: [] });
  });
});
