import { expect } from 'chai';
import { DoorUnderTest } from '../../kvserver/api/http/app-under-test.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv put', () => {
  let door: DoorUnderTest;

  beforeEach(async () => {
    door = await DoorUnderTest.open();
  });
  afterEach(() => door.close());

  it('prints the revision', async () => {
    await runCaptured(['put', 'k', 'one', '-e', door.url]);
    const outcome = await runCaptured(['put', 'k', 'two', '-e', door.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '2\n', notes: [] });
  });

  it('prints JSON when asked', async () => {
    const { printed } = await runCaptured(['put', 'k', 'v', '--json', '-e', door.url]);
    expect(JSON.parse(printed)).to.deep.equal({ revision: 1 });
  });

  it('stores what is piped in, newline included', async () => {
    const streams = new CapturedStreams({ piped: 'piped\n' });
    await runCaptured(['put', 'k', '-', '-e', door.url], streams);
    expect((await runCaptured(['get', 'k', '-e', door.url])).printed).to.equal('piped\n');
  });

  it('is called set too', async () => {
    const outcome = await runCaptured(['set', 'k', 'v', '-e', door.url]);
    expect(outcome).to.deep.include({ exitCode: 0, printed: '1\n', notes: [] });
  });

  it('refuses to store nothing for want of a value, but stores the empty value', async () => {
    const refused = await runCaptured(['put', 'k', '-e', door.url]);
    expect(refused).to.deep.include({ exitCode: 2, printed: '' });
    expect(refused.notes.join()).to.match(/^the value is missing: /);
    expect(door.submitter.requests).to.deep.equal([]);
    expect((await runCaptured(['put', 'k', '', '-e', door.url])).exitCode).to.equal(0);
    expect(await runCaptured(['get', 'k', '-e', door.url])).to.include({
      exitCode: 0,
      printed: '',
    });
  });

  it('stores what looks like an option behind --', async () => {
    await runCaptured(['put', '-e', door.url, '--', 'k', '-5']);
    expect((await runCaptured(['get', 'k', '-e', door.url])).printed).to.equal('-5');
  });

  it('says that a value over the limit was not stored', async () => {
    const streams = new CapturedStreams({ piped: Buffer.alloc(1024 * 1024 + 1) });
    const { exitCode, printed, notes } = await runCaptured(['put', 'k', '-e', door.url], streams);
    expect(exitCode).to.equal(1);
    expect(printed).to.equal('');
    expect(notes.join()).to.contain('(KV_TOO_LARGE, not done)');
    expect(door.submitter.requests).to.deep.equal([]);
  });
});
