import { once } from 'node:events';
import { FairBound } from '@paxkv/kvserver/internal/budget/fair-bound';
import { keyBytesMax, paths, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { base64, lastRequest, openRequest, ServerUnderTest } from './server-under-test.ts';

describe('Request body', () => {
  let server: ServerUnderTest;
  const json = 'content-type: application/json';

  before(async () => {
    server = await ServerUnderTest.open({ bodyTimeoutMs: 200 });
  });
  after(() => server.close());

  for (const path of [paths.put, '/v1/kv/k']) {
    describe(`of POST ${path}`, () => {
      it('is refused at once if its declared length is over the limit (H5)', () =>
        server.refusesRaw([openRequest(`POST ${path}`, [json, 'content-length: 1000000000'])], {
          code: 'KV_TOO_LARGE',
          status: 413,
        }));

      it('is refused at the limit if its chunks never end (H6)', () => {
        const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
        const head = openRequest(`POST ${path}`, [json, 'transfer-encoding: chunked']);
        return server.refusesRaw([head, chunk.repeat(30)], { code: 'KV_TOO_LARGE', status: 413 });
      });

      it('is refused if it stops before its end (H7)', () =>
        server.refusesRaw([openRequest(`POST ${path}`, [json, 'content-length: 9'], '{')], {
          code: 'KV_SLOW_REQUEST',
          status: 408,
        }));

      it('is refused with any Content-Encoding, nested ones too (H15)', async () => {
        for (const encoding of ['gzip', 'gzip, gzip', 'br', 'nonsense']) {
          const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
          const answer = server.fetch(path, { method: 'POST', headers, body: 'x' });
          await server.refuses(answer, 'KV_UNSUPPORTED_MEDIA');
        }
      });
    });
  }

  it('is refused if it arrives too slowly, however steadily (H10)', async () => {
    const socket = server.connect();
    socket.write(lastRequest('PUT /v1/kv/k', ['content-length: 1000']));
    const trickle = setInterval(() => socket.write('x'), 20);
    const answer = await new Promise<string>((resolve) => {
      socket.once('data', (bytes: Buffer) => resolve(bytes.toString()));
    });
    clearInterval(trickle);
    expect(answer).to.match(/^HTTP\/1.1 408 /);
    socket.destroy();
    await server.servesOthers();
  });

  it('is refused while the client has its share of the budget, and accepted afterwards', async () => {
    const budget = new FairBound(100_000);
    const full = await ServerUnderTest.open({ bodyTimeoutMs: 60_000 }, { budget });
    const slow = full.connect();
    slow.write(lastRequest('PUT /v1/kv/k', ['content-length: 40000'], 'x'.repeat(39_999)));
    while (budget.used < 39_999) await new Promise(setImmediate);
    const put = (body: string) => full.fetch('/v1/kv/k', { method: 'PUT', body });
    expect((await put('x')).status).to.equal(200);
    const refused = await put('x'.repeat(50_000));
    expect(refused.headers.get('retry-after')).to.equal('1');
    const { error } = await full.refuses(refused, 'KV_OVERLOADED');
    expect(error).to.include({ outcome: 'not done', retryAfterMs: 200 });
    slow.write('x');
    expect(String(await once(slow, 'data'))).to.match(/^HTTP\/1.1 200 /);
    slow.destroy();
    while (budget.used > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await put('x'.repeat(45_000))).status).to.equal(200);
    await full.close();
  });

  it('gives its room back if its client disconnects', async () => {
    const budget = new FairBound(100_000);
    const full = await ServerUnderTest.open({}, { budget });
    const socket = full.connect();
    socket.write(lastRequest('PUT /v1/kv/k', ['content-length: 9000'], 'x'.repeat(5000)));
    while (budget.used < 5000) await new Promise(setImmediate);
    socket.destroy();
    while (budget.used > 0) await new Promise(setImmediate);
    await full.close();
  });

  it('is accepted with Content-Encoding: identity', async () => {
    const headers = { 'content-encoding': 'identity' };
    const answer = await server.fetch('/v1/kv/k', { method: 'PUT', headers, body: 'x' });
    expect(answer.status).to.equal(200);
  });

  it('is refused on requests that take no body', async () => {
    await server.refusesRaw([lastRequest('GET /v1/kv/k', ['content-length: 1'], 'x')], {
      code: 'KV_BAD_REQUEST',
      status: 400,
    });
    await server.refuses(
      server.fetch('/v1/kv/k', { method: 'DELETE', body: 'x' }),
      'KV_BAD_REQUEST',
    );
  });

  it('accepts a value of exactly the limit, and refuses one byte more (H20)', async () => {
    const value = Buffer.alloc(valueBytesMax, 'é');
    const put = (body: Buffer) => server.fetch('/v1/kv/big', { method: 'PUT', body });
    expect((await put(value)).status).to.equal(200);
    const got = await server.fetch('/v1/kv/big?raw');
    expect(Buffer.from(await got.arrayBuffer()).equals(value)).to.equal(true);
    await server.refuses(put(Buffer.concat([value, Buffer.alloc(1)])), 'KV_TOO_LARGE');

    const body = { key: base64('big'), value: base64(Buffer.alloc(valueBytesMax + 1)) };
    await server.refuses(server.postJson(paths.put, body), 'KV_TOO_LARGE');
  });

  it('accepts a key of exactly the limit, and refuses one byte more (H19)', async () => {
    const key = 'k'.repeat(keyBytesMax);
    expect((await server.fetch(`/v1/kv/${key}`, { method: 'PUT', body: 'v' })).status).to.equal(
      200,
    );
    expect((await server.postJson(paths.get, { key: base64(key) })).status).to.equal(200);
    await server.refuses(server.fetch(`/v1/kv/${key}k`), 'KV_TOO_LARGE');
    await server.refuses(server.postJson(paths.get, { key: base64(`${key}k`) }), 'KV_TOO_LARGE');
  });
});
