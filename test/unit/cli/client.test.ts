import { expect } from 'chai';
import { withClient, withClientUntilStop } from 'paxkv/internal/client';
import { ServerUnderTest } from '../kvserver/api/http/server-under-test.ts';
import { runCaptured } from './captured-streams.ts';
import { clearEnvironment, setEnvironment } from './environment.ts';

describe('the global options', () => {
  afterEach(clearEnvironment);

  it('come from the environment, and the command line wins', async () => {
    const server = await ServerUnderTest.open();
    try {
      setEnvironment({ PAXKV_ENDPOINTS: server.url });
      expect((await runCaptured(['put', 'k', 'v'])).exitCode).to.equal(0);
      setEnvironment({ PAXKV_ENDPOINTS: 'not a server' });
      const { exitCode, printed } = await runCaptured(['get', 'k', '-e', server.url]);
      expect(printed).to.equal('v');
      expect(exitCode).to.equal(0);
    } finally {
      await server.close();
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
    const { exitCode, notes } = await runCaptured(['get', 'k']);
    expect(exitCode).to.equal(2);
    expect(notes.join()).to.contain("value 'soon' from env 'PAXKV_TIMEOUT' is invalid");
  });

  it('stand before the command as well as after it', async () => {
    const server = await ServerUnderTest.open();
    try {
      const globals = ['--endpoints', server.url, '-t', '5s', '--json'];
      const before = await runCaptured([...globals, 'put', 'k', 'v']);
      expect(JSON.parse(before.printed)).to.deep.equal({ revision: 1 });
      const around = await runCaptured(['-e', server.url, 'get', 'k', '--raw', '--timeout', '5s']);
      expect(around.printed).to.equal('v');
    } finally {
      await server.close();
    }
  });

  it('stand behind the name of a group too, and the last one wins', async () => {
    const { exitCode, notes } = await runCaptured([
      ...['-t', '5s', 'user', '-t', '1s', '-e', 'ftp://a:1', 'list', '-e', 'ftp://b:1'],
    ]);
    expect(exitCode).to.equal(2);
    expect(notes.join()).to.contain('ftp://b:1');
  });

  for (const command of ['cluster', 'serve']) {
    it(`are refused by paxkv ${command}, which talks to no cluster`, async () => {
      for (const flags of [
        ['--timeout', '5s'],
        ['--endpoints', '127.0.0.1:1'],
      ]) {
        for (const args of [
          [...flags, command],
          [command, ...flags],
        ]) {
          const { exitCode, notes } = await runCaptured(args);
          expect(exitCode).to.equal(2);
          expect(notes).to.deep.equal([`paxkv ${command} takes no ${flags[0]}`]);
        }
      }
    });
  }

  it('bound the wait for a server that never answers: a put is unknown, a get not done', async () => {
    const server = await ServerUnderTest.open();
    try {
      server.replica.script = ({ command }) =>
        command.type === 'openSession'
          ? Promise.resolve({ type: 'openSession', session: 7 })
          : new Promise(() => undefined);
      const limits = ['--endpoints', server.url, '--timeout', '200'];
      const put = await runCaptured(['put', 'k', 'v', ...limits]);
      expect(put).to.include({ exitCode: 4, printed: '' });
      expect(put.notes.join()).to.contain('(KV_TIMEOUT, unknown)');
      const get = await runCaptured(['get', 'k', ...limits]);
      expect(get).to.include({ exitCode: 1, printed: '' });
      expect(get.notes.join()).to.contain('(KV_TIMEOUT, not done)');
    } finally {
      await server.close();
    }
  });
});

describe('a client of a command', () => {
  /** Writes after an interrupt, with the client that `withOne` gives. */
  async function writeAfterInterrupt(withOne: typeof withClient | typeof withClientUntilStop) {
    const server = await ServerUnderTest.open();
    const interrupt = new AbortController();
    const options = { endpoints: server.url, timeout: 5000, interrupt: interrupt.signal };
    try {
      return await withOne(options, (client) => {
        interrupt.abort();
        return client.put('a', 'b');
      });
    } finally {
      await server.close();
    }
  }

  it('is closed by an interrupt, so that the command ends', async () => {
    const failure = await writeAfterInterrupt(withClient).catch((error: unknown) => error);
    expect(failure).to.have.property('outcome', 'not done');
  });

  it('stays open after an interrupt if the command has something to give back', async () => {
    expect(await writeAfterInterrupt(withClientUntilStop)).to.deep.equal({ revision: 1 });
  });
});
