import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { run } from 'paxkv/internal/program';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv trace', () => {
  let server: Server;
  let status = 200;

  beforeEach((done) => {
    server = createServer((_request, response) =>
      response.writeHead(status).end(Buffer.from([0x1f, 0, 0xff])),
    );
    server.listen(0, '127.0.0.1', done);
  });

  afterEach((done) => {
    server.closeAllConnections();
    server.close(done);
  });

  const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  it('prints the bytes of the recording as they are', async () => {
    status = 200;
    for (const endpoint of [address(), `http://${address()}`]) {
      const streams = new CapturedStreams({});
      expect(await run(['trace', '--endpoints', endpoint], streams)).to.equal(0);
      expect([...streams.printed]).to.deep.equal([0x1f, 0, 0xff]);
    }
  });

  it('says what to do if the server records nothing', async () => {
    status = 404;
    const { exitCode, notes } = await runCaptured(['trace', '-e', address()]);
    expect(exitCode).to.equal(1);
    expect(notes[0]).to.match(/records nothing: start it with --trace$/);
    status = 503;
    expect((await runCaptured(['trace', '-e', address()])).notes[0]).to.contain('status 503');
  });

  it('says that a recording broke off, or stopped coming', async () => {
    for (const end of [(response: ServerResponse) => response.destroy(), () => undefined]) {
      server.removeAllListeners('request').on('request', (_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('some', () => end(response));
      });
      const { exitCode, notes } = await runCaptured(['trace', '-e', address(), '-t', '100ms']);
      expect(exitCode).to.equal(1);
      expect(notes[0]).to.match(/broke off$/);
    }
  });

  it('takes one server, and writes to no terminal', async () => {
    expect((await runCaptured(['trace'])).exitCode).to.equal(2);
    expect((await runCaptured(['trace', '-e', 'http://['])).exitCode).to.equal(2);
    const streams = new CapturedStreams({ isTerminal: true });
    expect(await run(['trace', '-e', address()], streams)).to.equal(2);
  });

  it('says that nobody answers', async () => {
    const { exitCode, notes } = await runCaptured(['trace', '-e', '127.0.0.1:1']);
    expect(exitCode).to.equal(1);
    expect(notes[0]).to.contain('does not answer');
  });
});
