import { once } from 'node:events';
import { Readable } from 'node:stream';
import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { lastRequest, openRequest, ServerUnderTest } from '../http/server-under-test.ts';

describe('Guard', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open({}, { backup: async () => Readable.from(['backup']) });
  });
  after(() => server.close());

  const refused = { code: 'KV_BAD_REQUEST', status: 400 } as const;

  function getWith(...headers: string[]): string {
    return `GET /livez HTTP/1.1\r\nconnection: close\r\n${headers.join('\r\n')}\r\n\r\n`;
  }

  it('refuses requests from pages of other sites (H40)', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      'http://localhost:1',
      'https://localhost:1',
    ]) {
      await server.refusesRaw([getWith('host: localhost', `origin: ${origin}`)], refused);
    }
  });

  it('accepts requests from its own pages', async () => {
    const { answer } = await server.sendRaw(
      getWith('host: localhost:1', 'origin: http://localhost:1'),
    );
    expect(answer.status).to.equal(200);
  });

  it('refuses unknown names on loopback, against DNS rebinding (H40)', async () => {
    for (const host of [
      'evil.example',
      'evil.example:80',
      'localhost.evil.example',
      '127.0.0.1.x',
      '',
    ]) {
      await server.refusesRaw([getWith(`host: ${host}`)], refused);
    }
  });

  it('accepts addresses, localhost and configured names', async () => {
    for (const host of [
      '127.0.0.1',
      '127.0.0.1:80',
      '[::1]:80',
      'LOCALHOST:80',
      'node-a.example',
    ]) {
      const { answer } = await server.sendRaw(getWith(`host: ${host}`));
      expect(answer.status, host).to.equal(200);
    }
  });

  it('accepts HTTP/1.0 without a Host header', async () => {
    const { answer } = await server.sendRaw('GET /livez HTTP/1.0\r\n\r\n');
    expect(answer.status).to.equal(200);
  });

  it('accepts each path in one spelling only (H41)', async () => {
    for (const path of [
      '/livez/',
      '//livez',
      '/LIVEZ',
      '/livez;a',
      '/v1/get/',
      '//v1/kv/k',
      '/V1/kv/k',
      '/%6civez',
      '*',
    ]) {
      await server.refusesRaw([lastRequest(`GET ${path}`)], {
        code: 'KV_NO_SUCH_ROUTE',
        status: 404,
      });
    }
  });

  it('treats an absolute URI as its path, with the same checks (H41)', async () => {
    const { answer } = await server.sendRaw(
      lastRequest('PUT http://evil.example/v1/kv/a%2fb', ['content-length: 1'], 'v'),
    );
    expect(answer.status).to.equal(200);
    const command = server.replica.requests.at(-1)?.command;
    expect(command)
      .to.include({ type: 'put' })
      .and.to.have.deep.property('key', Buffer.from('a/b'));
    await server.refusesRaw([lastRequest('GET http://localhost/v1/kv/%ff')], refused);
    await server.refusesRaw([lastRequest('GET http://localhost')], {
      code: 'KV_NO_SUCH_ROUTE',
      status: 404,
    });
  });

  const taken = /^(POST|GET, HEAD|GET, HEAD, POST|GET, HEAD, PUT, POST, DELETE), OPTIONS$/;

  it('refuses TRACE and other methods on every path, and says which it takes (H44)', async () => {
    for (const path of Object.values(paths)) {
      for (const method of ['TRACE', 'PATCH', 'PROPFIND']) {
        const { answer } = await server.sendRaw(lastRequest(`${method} ${path}`));
        expect(answer.status, `${method} ${path}`).to.equal(405);
        expect(answer.headers.get('allow'), `${method} ${path}`).to.match(taken);
        expect(JSON.parse(answer.body).error.code).to.equal('KV_METHOD_NOT_ALLOWED');
      }
    }
    await server.servesOthers();
  });

  it('answers OPTIONS with the methods of the path, and of the server (H44)', async () => {
    for (const path of [...Object.values(paths), '*']) {
      const { answer } = await server.sendRaw(lastRequest(`OPTIONS ${path}`));
      expect(answer.status, path).to.equal(204);
      expect(answer.headers.get('allow'), path).to.match(taken);
      expect(answer.body).to.equal('');
    }
    await server.refusesRaw([lastRequest('OPTIONS /nowhere')], {
      code: 'KV_NO_SUCH_ROUTE',
      status: 404,
    });
  });

  it('answers HEAD on every path (H44)', async () => {
    const special: Record<string, number> = {
      ...{ [paths.kv]: 400, [paths.stream]: 426, [paths.watch]: 200, [paths.scan]: 200 },
    };
    for (const path of Object.values(paths)) {
      const { answer } = await server.sendRaw(lastRequest(`HEAD ${path}`));
      const usual = /^\/v1/.test(path) ? 405 : 200;
      expect(answer.status, path).to.equal(special[path] ?? usual);
      expect(answer.body).to.equal('');
    }
  });

  it('refuses requests on connections above the limit while all others are busy', async () => {
    const full = await ServerUnderTest.open({ connectionCountMax: 1 });
    let answerFirst: () => void = () => {};
    full.replica.script = () =>
      new Promise((resolve) => {
        answerFirst = () => resolve({ type: 'get', entry: undefined });
      });
    const busy = full.connect();
    busy.write(openRequest('GET /v1/kv/k'));
    while (full.replica.requests.length === 0) await new Promise(setImmediate);
    const { bytes } = await full.sendRaw(lastRequest('GET /v1/kv/k'));
    expect(bytes)
      .to.match(/^HTTP\/1.1 503 /)
      .and.contain('KV_OVERLOADED')
      .and.contain('connectionCountMax');
    expect(full.replica.requests).to.have.length(1);
    const answer = once(busy, 'data');
    answerFirst();
    expect(String(await answer)).to.match(/^HTTP\/1.1 404 /);
    busy.destroy();
    await full.close();
  });

  it('limits the pending requests of one connection (H42)', async () => {
    let underWay = 0;
    let underWayMax = 0;
    server.replica.script = async () => {
      underWay += 1;
      underWayMax = Math.max(underWayMax, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return { type: 'get', entry: undefined };
    };
    const one = openRequest('GET /v1/kv/k');
    const { bytes } = await server.sendRaw(one.repeat(255), lastRequest('GET /v1/kv/k'));
    server.replica.script = undefined;
    expect(bytes.match(/HTTP\/1.1 /g)).to.have.length(256);
    expect(bytes)
      .to.contain('KV_OVERLOADED')
      .and.to.match(/retry-after: 1/i);
    expect(underWayMax).to.be.above(1).and.at.most(64);
    await server.servesOthers();
  });

  it('closes a connection on which 10,000 requests are pipelined, and refuses few of them', async () => {
    server.replica.script = () => new Promise(() => {});
    const socket = server.connect();
    let bytes = '';
    socket.on('data', (chunk) => (bytes += String(chunk)));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(openRequest('GET /v1/kv/k').repeat(10_000));
    await closed;
    server.replica.script = undefined;
    expect(bytes.match(/HTTP\/1.1 /g) ?? []).to.have.length.below(256);
    await server.servesOthers();
  });
});
