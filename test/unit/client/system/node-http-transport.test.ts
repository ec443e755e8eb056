import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { ExchangeError } from '@paxkv/client';
import { NodeHttpTransport } from '@paxkv/client/internal/system/node-http-transport';
import { expect } from 'chai';

const forever = new AbortController().signal;
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<{ server: Server; endpoint: string }> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, endpoint: `http://127.0.0.1:${port}` };
}

async function failureOf(work: Promise<unknown>): Promise<ExchangeError> {
  const failure = await work.catch((error: unknown) => error);
  expect(failure).to.be.instanceOf(ExchangeError);
  return failure as ExchangeError;
}

describe('NodeHttpTransport', () => {
  const transport = new NodeHttpTransport();

  after(() => transport.close());

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  it('posts JSON and parses the answer, errors included', async () => {
    const { endpoint } = await serve(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      const { method, url, headers } = request;
      response.statusCode = 503;
      response.end(JSON.stringify({ method, url, type: headers['content-type'], body }));
    });
    const answer = await transport.send(endpoint, { path: '/v1/x', body: { a: 1 } }, forever);
    expect(answer).to.deep.equal({
      status: 503,
      body: { method: 'POST', url: '/v1/x', type: 'application/json', body: '{"a":1}' },
    });
  });

  it('sends a GET if there is no body', async () => {
    const { endpoint } = await serve(({ method }, response) => {
      response.end(JSON.stringify(method));
    });
    const answer = await transport.send(endpoint, { path: '/status' }, forever);
    expect(answer).to.deep.equal({ status: 200, body: 'GET' });
  });

  it('gives the text of a page that is no JSON, and follows no redirect', async () => {
    const { endpoint } = await serve((_request, response) => {
      response.writeHead(302, { location: '/login' }).end('<html>');
    });
    const answer = await transport.send(endpoint, { path: '/', body: {} }, forever);
    expect(answer).to.deep.equal({ status: 302, body: '<html>' });
  });

  it('reuses connections', async () => {
    const ports = new Set<number | undefined>();
    const { endpoint } = await serve((request, response) => {
      request.resume();
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    for (let count = 0; count < 20; count += 1) {
      await transport.send(endpoint, { path: '/', body: {} }, forever);
    }
    expect(ports.size).to.equal(1);
  });

  it('is sure that nothing was sent if the connection is refused', async () => {
    const { server, endpoint } = await serve(() => {});
    server.close();
    await once(server, 'close');
    const failure = await failureOf(transport.send(endpoint, { path: '/' }, forever));
    expect(failure.sent).to.equal('no');
    expect(failure.message).to.include(endpoint).and.include('ECONNREFUSED');
  });

  it('is sure that nothing was sent if every address of a name refuses', async () => {
    const { server } = await serve(() => {});
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const work = transport.send(`http://localhost:${port}`, { path: '/' }, forever);
    expect((await failureOf(work)).sent).to.equal('no');
  });

  it('is sure that nothing was sent if the name is unknown', async () => {
    const work = transport.send('http://nowhere.invalid:4401', { path: '/' }, forever);
    expect((await failureOf(work)).sent).to.equal('no');
  });

  it('is not sure if the connection breaks before the response', async () => {
    const { endpoint } = await serve(({ socket }) => socket.destroy());
    const failure = await failureOf(transport.send(endpoint, { path: '/', body: {} }, forever));
    expect(failure.sent).to.equal('maybe');
  });

  it('is not sure if the response is cut short', async () => {
    const { endpoint } = await serve(({ socket }, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"revision":');
      setImmediate(() => socket.destroy());
    });
    const failure = await failureOf(transport.send(endpoint, { path: '/', body: {} }, forever));
    expect(failure.sent).to.equal('maybe');
  });

  it('is not sure if the other side does not speak HTTP', async () => {
    const server = createTcpServer((socket) => socket.resume().end('hello\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const work = transport.send(`http://127.0.0.1:${port}`, { path: '/', body: {} }, forever);
    expect((await failureOf(work)).sent).to.equal('maybe');
    server.close();
    await once(server, 'close');
  });

  it('is sure that nothing was sent if the signal had fired before', async () => {
    const { endpoint } = await serve((_request, response) => response.end('{}'));
    const work = transport.send(endpoint, { path: '/', body: {} }, AbortSignal.abort());
    expect((await failureOf(work)).sent).to.equal('no');
  });

  it('limits its connections to one server', async () => {
    const sockets = new Set<unknown>();
    const { endpoint } = await serve((request, response) => {
      sockets.add(request.socket);
      request.resume().on('end', () => response.end('{}'));
    });
    const requests = Array.from({ length: 300 }, () =>
      transport.send(endpoint, { path: '/', body: {} }, new AbortController().signal),
    );
    await Promise.all(requests);
    expect(sockets.size).to.be.at.most(128);
  });

  it('drops its idle connections when closed', async () => {
    const own = new NodeHttpTransport();
    let hasHungUp: Promise<unknown> = Promise.resolve();
    const { endpoint, server } = await serve(({ socket }, response) => {
      hasHungUp = once(socket, 'close');
      response.end('{}');
    });
    server.keepAliveTimeout = 0;
    await own.send(endpoint, { path: '/' }, forever);
    await own.close();
    await hasHungUp;
  });

  it('drops the connection to a server that hangs when the signal fires', async () => {
    const controller = new AbortController();
    let hasHungUp: Promise<unknown> = Promise.resolve();
    const { endpoint } = await serve(({ socket }) => {
      hasHungUp = once(socket, 'close');
      controller.abort();
    });
    const work = transport.send(endpoint, { path: '/', body: {} }, controller.signal);
    expect((await failureOf(work)).sent).to.equal('maybe');
    await hasHungUp;
  });
});
