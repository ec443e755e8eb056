import { expect } from 'chai';
import { splitList } from 'paxkv/internal/client-options';
import { DoorUnderTest } from '../kvserver/api/http/app-under-test.ts';
import { runCaptured } from './captured-streams.ts';
import { clearEnvironment, setEnvironment } from './environment.ts';

describe('the options of a client', () => {
  afterEach(clearEnvironment);

  it('split a list at commas, and forgive spaces and a comma too many', () => {
    expect(splitList(' a:1, b:2,')).to.deep.equal(['a:1', 'b:2']);
  });

  it('come from the environment, and the command line wins', async () => {
    const door = await DoorUnderTest.open();
    try {
      setEnvironment({ PAXKV_ENDPOINTS: door.url });
      expect((await runCaptured(['put', 'k', 'v'])).exitCode).to.equal(0);
      setEnvironment({ PAXKV_ENDPOINTS: 'not a server' });
      const { exitCode, printed } = await runCaptured(['get', 'k', '-e', door.url]);
      expect(printed).to.equal('v');
      expect(exitCode).to.equal(0);
    } finally {
      await door.close();
    }
  });

  for (const endpoints of ['', 'ftp://a:1', 'http://a:1/path']) {
    it(`refuse ${JSON.stringify(endpoints)} as endpoints`, async () => {
      const { exitCode, notes } = await runCaptured(['get', 'k', '--endpoints', endpoints]);
      expect(exitCode).to.equal(2);
      expect(notes).to.have.lengthOf(1);
      expect(notes[0]).to.match(/^--endpoints: /);
    });
  }

  it('refuse a time-out that is none, and say where it came from', async () => {
    setEnvironment({ PAXKV_TIMEOUT: 'soon' });
    const { exitCode, explained } = await runCaptured(['get', 'k']);
    expect(exitCode).to.equal(2);
    expect(explained).to.contain("value 'soon' from env 'PAXKV_TIMEOUT' is invalid");
  });

  it('bound the wait for a server that never answers: a put is unknown, a get not done', async () => {
    const door = await DoorUnderTest.open();
    try {
      door.submitter.script = ({ command }) =>
        command.type === 'openSession'
          ? Promise.resolve({ type: 'openSession', session: 7 })
          : new Promise(() => undefined);
      const limits = ['--endpoints', door.url, '--timeout', '200'];
      const put = await runCaptured(['put', 'k', 'v', ...limits]);
      expect(put).to.include({ exitCode: 4, printed: '' });
      expect(put.notes.join()).to.contain('(KV_TIMEOUT, unknown)');
      const get = await runCaptured(['get', 'k', ...limits]);
      expect(get).to.include({ exitCode: 1, printed: '' });
      expect(get.notes.join()).to.contain('(KV_TIMEOUT, not done)');
    } finally {
      await door.close();
    }
  });
});
