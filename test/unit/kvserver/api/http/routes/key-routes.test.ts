import { expect } from 'chai';
import { lastRequest, ServerUnderTest } from '../server-under-test.ts';

describe('Key routes', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open();
  });
  after(() => server.close());

  function lastKey(): string | undefined {
    const command = server.replica.requests.at(-1)?.command;
    return command !== undefined && 'key' in command
      ? Buffer.from(command.key).toString()
      : undefined;
  }

  /** Puts and gets with raw requests, since client libraries normalize paths. */
  async function roundTrip(path: string, key: string): Promise<void> {
    const value = `value of ${path}`;
    const length = `content-length: ${Buffer.byteLength(value)}`;
    const put = await server.sendRaw(lastRequest(`PUT /v1/kv/${path}`, [length], value));
    expect(put.answer.status, put.answer.body).to.equal(200);
    expect(lastKey()).to.equal(key);
    const got = await server.sendRaw(lastRequest(`GET /v1/kv/${path}`));
    expect(JSON.parse(got.answer.body)).to.include({ key, value });
  }

  it('put, get, append to and delete text keys', async () => {
    const json = async (method: string, body?: string) => {
      const init = body === undefined ? { method } : { method, body };
      const response = await server.fetch('/v1/kv/greeting', init);
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await json('PUT', 'hello')).to.deep.equal({ status: 200, revision: 1 });
    expect(await json('POST', ' world')).to.deep.equal({ status: 200, revision: 2, length: 11 });
    expect(await json('GET')).to.deep.equal({
      status: 200,
      key: 'greeting',
      value: 'hello world',
      createRevision: 1,
      modRevision: 2,
      version: 2,
    });
    expect(await json('DELETE')).to.deep.equal({ status: 200, revision: 3, deleted: true });
    expect(await json('DELETE')).to.deep.equal({ status: 200, revision: 3, deleted: false });
    await server.refuses(server.fetch('/v1/kv/greeting'), 'KV_NO_SUCH_KEY');
  });

  it('store the bytes of a body unchanged, whatever its type', async () => {
    const body = Buffer.from([0xff, 0x00, 0x7b]);
    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/html']) {
      const init = { method: 'PUT', headers: { 'content-type': type }, body };
      expect((await server.fetch('/v1/kv/bytes', init)).status).to.equal(200);
      const raw = await server.fetch('/v1/kv/bytes?raw');
      expect(raw.headers.get('content-type')).to.equal('application/octet-stream');
      expect(Buffer.from(await raw.arrayBuffer()).equals(body)).to.equal(true);
    }
    const got = (await (await server.fetch('/v1/kv/bytes')).json()) as object;
    expect(got)
      .to.include({ valueBase64: body.toString('base64') })
      .and.not.have.property('value');
  });

  it('send the revisions and version of raw bytes in headers', async () => {
    await server.fetch('/v1/kv/versions', { method: 'PUT', body: 'a' });
    await server.fetch('/v1/kv/versions', { method: 'PUT', body: 'b' });
    const { headers } = await server.fetch('/v1/kv/versions?raw');
    const created = Number(headers.get('paxkv-create-revision'));
    expect(Number(headers.get('paxkv-mod-revision'))).to.equal(created + 1);
    expect(headers.get('paxkv-version')).to.equal('2');
  });

  it('write only if the key is as If-Match or If-None-Match says', async () => {
    const path = '/v1/kv/condition';
    const send = (method: string, headers: Record<string, string>) =>
      server.fetch(path, { method, headers, ...(method !== 'DELETE' && { body: 'v' }) });
    const first = await send('PUT', { 'if-none-match': '*' });
    const tag = first.headers.get('etag') ?? '';
    expect(first.status).to.equal(200);
    expect(tag).to.equal(`"${((await first.json()) as { revision: number }).revision}"`);
    const count = server.replica.model.revision;
    for (const [method, headers] of [
      ['PUT', { 'if-none-match': '*' }],
      ['PUT', { 'if-match': '"999"' }],
      ['POST', { 'if-none-match': tag }],
      ['DELETE', { 'if-match': '"999"' }],
    ] as const) {
      await server.refuses(send(method, headers), 'KV_CONDITION_FAILED');
    }
    expect(server.replica.model.revision).to.equal(count);
    const appended = await send('POST', { 'if-match': tag });
    expect(await appended.json()).to.deep.equal({ revision: count + 1, length: 2 });
    expect(appended.headers.get('etag')).to.equal(`"${count + 1}"`);
    const deleted = await send('DELETE', { 'if-match': '*' });
    expect(await deleted.json()).to.deep.equal({ revision: count + 2, deleted: true });
    await server.refuses(send('PUT', { 'if-match': '*' }), 'KV_CONDITION_FAILED');
    await server.refuses(send('PUT', { 'if-match': 'W/"1"' }), 'KV_BAD_REQUEST');
  });

  it('send no value that the client has already', async () => {
    const path = '/v1/kv/cached';
    await server.fetch(path, { method: 'PUT', body: 'v' });
    const got = await server.fetch(path);
    const tag = got.headers.get('etag') ?? '';
    await got.text();
    for (const url of [path, `${path}?raw`]) {
      const unchanged = await server.fetch(url, { headers: { 'if-none-match': tag } });
      expect({ status: unchanged.status, text: await unchanged.text() }).to.deep.equal({
        status: 304,
        text: '',
      });
      expect(unchanged.headers.get('etag')).to.equal(tag);
    }
    await server.refuses(
      server.fetch(path, { headers: { 'if-match': '"999"' } }),
      'KV_CONDITION_FAILED',
    );
    await server.fetch(path, { method: 'PUT', body: 'w' });
    const changed = await server.fetch(`${path}?raw`, { headers: { 'if-none-match': tag } });
    expect(await changed.text()).to.equal('w');
    const absent = server.fetch('/v1/kv/none', { headers: { 'if-none-match': tag } });
    await server.refuses(absent, 'KV_NO_SUCH_KEY');
  });

  it('answer HEAD like GET, without the body (H44)', async () => {
    await server.fetch('/v1/kv/head', { method: 'PUT', body: 'hello' });
    const head = await server.sendRaw(lastRequest('HEAD /v1/kv/head?raw'));
    expect(head.answer.status).to.equal(200);
    expect(head.answer.headers.get('content-length')).to.equal('5');
    expect(head.answer.body).to.equal('');
    const absent = await server.sendRaw(lastRequest('HEAD /v1/kv/absent'));
    expect(absent.answer.status).to.equal(404);
    expect(absent.answer.body).to.equal('');
  });

  it('accept an empty value', async () => {
    await server.fetch('/v1/kv/empty', { method: 'PUT' });
    expect(await (await server.fetch('/v1/kv/empty')).json()).to.include({ value: '' });
  });

  for (const [path, key] of [
    ['..', '..'],
    ['../../etc/passwd', '../../etc/passwd'],
    ['%2e%2e%2f', '../'],
    ['a/./b', 'a/./b'],
    ['/', '/'],
    ['a//b/', 'a//b/'],
    ['%00', '\0'],
    ['%0d%0aset-cookie:%20a', '\r\nset-cookie: a'],
    ['%5C', '\\'],
    ['\\', '\\'],
    ['a+b', 'a+b'],
    ['%3F', '?'],
    ['%25%32%35', '%25'],
    ['%ef%bb%bf', '\ufeff'],
    ['%EF%BF%BD', '\ufffd'],
    ['%c3%a9', 'é'],
    ['e%CC%81', 'e\u0301'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['toString', 'toString'],
    ['hasOwnProperty', 'hasOwnProperty'],
    ['a;b=c', 'a;b=c'],
  ] as const) {
    it(`decode the key of ${path} exactly (H21, H23, H24, H45)`, () => roundTrip(path, key));
  }

  it('explain how to percent-encode a path', async () => {
    const { answer } = await server.sendRaw(lastRequest('GET /v1/kv/é'));
    expect(answer.status).to.equal(400);
    expect(answer.body).to.contain('percent-encode');
  });

  for (const path of ['%ff', '%', '%4', '%zz', '%c0%af', '%ed%a0%80', 'a%', '%%41', 'a#b']) {
    it(`refuse the broken encoding of ${path} (H22, H23)`, () =>
      server.refusesRaw([lastRequest(`GET /v1/kv/${path}`)], {
        code: 'KV_BAD_REQUEST',
        status: 400,
      }));
  }

  it('refuse an empty key (H18)', async () => {
    await server.refuses(server.fetch('/v1/kv/'), 'KV_BAD_REQUEST');
    await server.refuses(server.fetch('/v1/kv/?raw'), 'KV_BAD_REQUEST');
    await server.refuses(server.fetch('/v1/kv'), 'KV_NO_SUCH_ROUTE');
  });

  it('refuse unknown queries (H30)', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => `a${index}`).join('&');
    for (const query of ['raw&raw', 'raw=1&raw=2', 'a[b]=1', 'raw[]=', 'RAW', 'x', '', many]) {
      await server.refuses(server.fetch(`/v1/kv/k?${query}x`), 'KV_BAD_REQUEST');
    }
    await server.refuses(
      server.fetch('/v1/kv/k?raw', { method: 'PUT', body: 'v' }),
      'KV_BAD_REQUEST',
    );
    await server.refuses(server.postJson('/v1/get?key=a', {}), 'KV_BAD_REQUEST');
    await server.refuses(server.fetch('/livez?verbose&verbose'), 'KV_BAD_REQUEST');
  });

  it('submit the consistency of a get', async () => {
    await server.fetch('/v1/kv/k', { method: 'PUT', body: 'v' });
    const queries = [
      '',
      '?consistency=linearizable',
      '?consistency=serializable',
      '?raw&consistency=serializable',
      '?consistency=serializable&raw',
    ];
    for (const query of queries) {
      expect((await server.fetch(`/v1/kv/k${query}`)).status).to.equal(200);
    }
    const asked = server.replica.consistencies.slice(-queries.length);
    const serializable = Array.from({ length: 3 }, () => 'serializable');
    expect(asked).to.deep.equal([undefined, undefined, ...serializable]);
  });

  it('refuse an unknown consistency, two of them, and one on a write', async () => {
    for (const query of [
      'consistency=',
      'consistency=strict',
      'consistency',
      'consistency=serializable&consistency=linearizable',
      'consistency=serializable&consistency=serializable',
      'raw&consistency=serializable&raw',
    ]) {
      await server.refuses(server.fetch(`/v1/kv/k?${query}`), 'KV_BAD_REQUEST');
    }
    const init = { method: 'PUT', body: 'v' };
    await server.refuses(server.fetch('/v1/kv/k?consistency=serializable', init), 'KV_BAD_REQUEST');
  });

  it('submit the session stamp in the header', async () => {
    const random = Buffer.alloc(16, 7).toString('base64url');
    const headers = { 'paxkv-session': '7/2/1' };
    await server.fetch('/v1/kv/k', { method: 'PUT', body: 'v', headers });
    const stamp = { session: 7, number: 2, firstOutstanding: 1 };
    expect(server.replica.requests.at(-1)?.stamp).to.deep.equal(stamp);
    const init = { method: 'PUT', body: 'v', headers: { 'paxkv-session': `${random}/2/1` } };
    await server.fetch('/v1/kv/k', init);
    expect(server.replica.requests.at(-1)?.stamp).to.deep.equal({ ...stamp, session: random });
  });

  it('refuse a session stamp that is too long or contradicts itself (H36)', async () => {
    const long = `7/${'1'.repeat(17)}/1`;
    for (const stamp of ['', '7', '7/1', '7/1/2', '7/0/0', '7/-1/1', '0/1/1', 'x/1/1', long]) {
      const headers = { 'paxkv-session': stamp };
      const put = server.fetch('/v1/kv/k', { method: 'PUT', body: 'v', headers });
      await server.refuses(put, 'KV_BAD_REQUEST');
    }
  });
});
