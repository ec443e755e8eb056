import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpConnection, parseAnswer } from '@paxkv/bench/internal/stores/http-connection';
import { expect } from 'chai';

describe('the HTTP generator', () => {
  it('parses answers with a length and in chunks, and waits for incomplete ones', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(parseAnswer(Buffer.from(`${head}hell`))).to.equal(undefined);
    const whole = parseAnswer(Buffer.from(`${head}hello`));
    expect(whole?.status).to.equal(200);
    expect(whole?.body.toString()).to.equal('hello');
    const chunked = 'HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n';
    expect(parseAnswer(Buffer.from(chunked))).to.equal(undefined);
    expect(parseAnswer(Buffer.from(`${chunked}0\r\n\r\n`))?.status).to.equal(503);
    expect(parseAnswer(Buffer.from('HTTP/1.1 200 OK\r\n'))).to.equal(undefined);
  });

  it('sends many requests to a real server on one connection, and fails when it breaks', async () => {
    const bodies: string[] = [];
    let connectionCount = 0;
    const server = createServer(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk));
      response.end('done');
    });
    server.on('connection', () => {
      connectionCount += 1;
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const connection = await HttpConnection.open(`127.0.0.1:${port}`);
    try {
      for (const body of ['a', 'b']) {
        const answer = await connection.post('/x', body);
        expect(answer.status).to.equal(200);
        expect(answer.body.toString()).to.equal('done');
      }
      expect(bodies).to.deep.equal(['a', 'b']);
      expect(connectionCount).to.equal(1);
    } finally {
      connection.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
    const failure = await connection.post('/x', 'c').catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
  });
});
