import { once } from 'node:events';
import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { base64, lastRequest, openRequest, ServerUnderTest } from './server-under-test.ts';

const json = 'content-type: application/json';

describe('HTTP server', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open();
  });
  after(() => server.close());

  const badRequest = { code: 'KV_BAD_REQUEST', status: 400 } as const;
  const tooLarge = { code: 'KV_TOO_LARGE', status: 431 } as const;

  for (const [what, ...bytes] of [
    [
      'both length headers (H8)',
      lastRequest('POST /v1/put', [json, 'content-length: 2', 'transfer-encoding: chunked'], '{}'),
    ],
    [
      'two lengths (H8)',
      lastRequest('POST /v1/put', [json, 'content-length: 2', 'content-length: 3'], '{}'),
    ],
    [
      'a chunk size that is no number (H8)',
      lastRequest('POST /v1/put', [json, 'transfer-encoding: chunked'], 'xyz\r\n{}\r\n0\r\n\r\n'),
    ],
    [
      'a chunk that is longer than it said (H8)',
      lastRequest('POST /v1/put', [json, 'transfer-encoding: chunked'], '1\r\n{}{}{}\r\n0\r\n\r\n'),
    ],
    ['a negative length (H8)', lastRequest('POST /v1/put', [json, 'content-length: -1'], '{}')],
    ['an unknown method (H17)', lastRequest('BREW /v1/kv/k')],
    ['an HTTP/2 preface (H17)', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello (H17)', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, 10, 13])],
    ['binary noise (H17)', Buffer.alloc(4096, 0xfe)],
    ['a header without a colon (H17)', lastRequest('GET /livez', ['nonsense'])],
    ['an upgrade to an unknown protocol (H16)', lastRequest('GET /livez', ['upgrade: pigeon'])],
    ['no Host header', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['two Host headers', lastRequest('GET /livez', ['Host: localhost'])],
    [
      'a last transfer coding that is not chunked (H8)',
      lastRequest('PUT /v1/kv/k', ['transfer-encoding: chunked, gzip'], '0\r\n\r\n'),
    ],
    [
      'chunks in HTTP/1.0, which has none (H8)',
      'PUT /v1/kv/k HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    ],
  ] as const) {
    it(`refuses ${what}`, () => server.refusesRaw(bytes, badRequest));
  }

  for (const coding of ['gzip, chunked', 'identity, chunked', 'x-none, chunked']) {
    it(`takes no body in the transfer coding ${coding}, and stores nothing (H8, H15)`, () => {
      const head = lastRequest('PUT /v1/kv/k', [`transfer-encoding: ${coding}`], '1\r\na\r\n');
      const expected = { code: 'KV_UNSUPPORTED_MEDIA', status: 501 } as const;
      return server.refusesRaw([`${head}0\r\n\r\n`], expected);
    });
  }

  for (const expectation of ['a miracle', '100-continue, a miracle', '200-ok']) {
    it(`refuses to meet the expectation ${expectation}, at once (H16)`, () => {
      const headers = [`expect: ${expectation}`, 'content-length: 9'];
      const expected = { code: 'KV_BAD_REQUEST', status: 417 } as const;
      return server.refusesRaw([lastRequest('PUT /v1/kv/k', headers)], expected);
    });
  }

  it('ignores Expect in HTTP/1.0', async () => {
    const { answer } = await server.sendRaw('GET /livez HTTP/1.0\r\nexpect: a miracle\r\n\r\n');
    expect(answer.status).to.equal(200);
  });

  it('asks for a body that waits for it, and only if it will read it (H5)', async () => {
    const wait = ['expect: 100-continue'];
    const socket = server.connect();
    socket.write(lastRequest('PUT /v1/kv/k', [...wait, 'content-length: 1']));
    expect(String(await once(socket, 'data'))).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('v');
    expect(String(await once(socket, 'data'))).to.match(/^HTTP\/1.1 200 /);
    for (const [line, headers, status] of [
      ['PUT /v1/kv/k', ['content-length: 9999999'], 413],
      ['PUT /v1/kv/k', ['content-length: 9', 'content-encoding: gzip'], 415],
      ['PUT /v1/kv/', ['content-length: 9'], 400],
      ['PUT /nowhere', ['content-length: 9'], 404],
      ['PUT /livez', ['content-length: 9'], 405],
      ['POST /v1/put', ['content-length: 9'], 415],
    ] as const) {
      const { bytes } = await server.sendRaw(openRequest(line, [...wait, ...headers]));
      expect(bytes, line).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    }
  });

  it('ends JSON replies with a line break, and no value', async () => {
    await server.fetch('/v1/kv/line', { method: 'PUT', body: 'v' });
    const textOf = async (path: string) => (await server.fetch(path)).text();
    expect(await textOf('/livez')).to.equal('{"live":true}\n');
    expect(await textOf('/nowhere')).to.match(/\}\n$/);
    expect(await textOf('/v1/kv/line?raw')).to.equal('v');
    const { bytes } = await server.sendRaw('nonsense\r\n\r\n');
    expect(bytes).to.match(/\}\n$/);
  });

  it('refuses headers over the limits on size and number (H13)', async () => {
    await server.refusesRaw([lastRequest('GET /livez', [`a: ${'x'.repeat(17_000)}`])], tooLarge);
    const many = Array.from({ length: 2000 }, (_, index) => `h${index}: 1`);
    await server.refusesRaw([lastRequest('GET /livez', many)], tooLarge);
    await server.refusesRaw([lastRequest('GET /livez', many.slice(0, 101))], tooLarge);
  });

  it('refuses a path over the limit on headers (H14)', () =>
    server.refusesRaw([lastRequest(`GET /v1/kv/${'k'.repeat(17_000)}`)], tooLarge));

  it('refuses CONNECT, and says what it takes', async () => {
    const { answer } = await server.sendRaw('CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(answer.status).to.equal(405);
    expect(answer.headers.get('allow')).to.equal('GET, HEAD, PUT, POST, DELETE, OPTIONS');
  });

  it('survives a connection that is reset after its refusal', async () => {
    const socket = server.connect();
    socket.write('CONNECT example:80 HTTP/1.1\r\nhost: example\r\n\r\n');
    await once(socket, 'data');
    socket.resetAndDestroy();
    await server.servesOthers();
  });

  it('never sends the error of one request as the reply to the one before', async () => {
    server.replica.script = () => new Promise(() => undefined);
    const pending = openRequest('GET /v1/kv/slow');
    const { bytes } = await server.sendRaw(pending, 'nonsense\r\n\r\n');
    expect(bytes).to.equal('');
    server.replica.script = undefined;
    await server.servesOthers();
  });

  it('still replies to a finished request before malformed bytes', async () => {
    const first = openRequest('GET /livez');
    const socket = server.connect();
    socket.write(first);
    await once(socket, 'data');
    socket.write('nonsense\r\n\r\n');
    const [second] = await once(socket, 'data');
    expect(String(second)).to.match(/^HTTP\/1.1 400 /);
    await once(socket, 'close');
  });

  it('serves further requests on a connection that stays open', async () => {
    const line = 'PUT /v1/kv/k';
    const length = ['content-length: 1'];
    const { bytes } = await server.sendRaw(
      openRequest(line, length, 'v'),
      lastRequest(line, length, 'v'),
    );
    expect(bytes.match(/HTTP\/1.1 200 OK/g)).to.have.length(2);
  });

  it('closes connections over the limit and serves the others (H12)', async () => {
    const crowded = await ServerUnderTest.open({ connectionCountMax: 20 });
    const kept = crowded.connect();
    kept.write(openRequest('GET /livez'));
    await once(kept, 'data');
    let surplus = 21;
    await new Promise<void>((resolve) => {
      for (let count = 40; count > 0; count -= 1) {
        crowded.connect().once('close', () => {
          surplus -= 1;
          if (surplus === 0) resolve();
        });
      }
    });
    kept.write(openRequest('GET /livez'));
    expect(String(await once(kept, 'data'))).to.match(/^HTTP\/1.1 200 /);
    await crowded.close();
  });
});

describe('HTTP server with short limits', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open({
      headersTimeoutMs: 200,
      replyTimeoutMs: 200,
    });
  });
  after(() => server.close());

  it('closes connections whose headers arrive too slowly (H9)', async () => {
    const sockets = Array.from({ length: 10 }, () => server.connect());
    for (const socket of sockets) socket.write('GET /livez HTTP/1.1\r\nname: ');
    const trickle = setInterval(() => {
      for (const socket of sockets) socket.write('a');
    }, 50);
    const answers = sockets.map(async (socket) => String(await once(socket, 'data')));
    await server.servesOthers();
    for (const answer of await Promise.all(answers)) {
      expect(answer)
        .to.match(/^HTTP\/1.1 408 /)
        .and.contain('KV_SLOW_REQUEST');
    }
    clearInterval(trickle);
    for (const socket of sockets) socket.destroy();
  });

  it('disconnects a client that reads none of its replies (H11)', async () => {
    // Only replies have a short limit: many large ones delay the headers of others on a busy machine.
    const server = await ServerUnderTest.open({ replyTimeoutMs: 200 });
    const value = base64(Buffer.alloc(1024 * 1024));
    await server.postJson(paths.put, { key: base64('big'), value });
    const opened = server.nextConnection();
    const socket = server.connect().pause();
    socket.write(openRequest('GET /v1/kv/big?raw').repeat(40));
    const serverEnd = await opened;
    await server.servesOthers();
    await once(serverEnd, 'close');
    socket.destroy();
    await server.close();
  });

  it('keeps a client that waits longer than that for its reply', async () => {
    server.replica.script = async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { type: 'get', entry: undefined };
    };
    await server.refuses(server.fetch('/v1/kv/late'), 'KV_NO_SUCH_KEY');
    server.replica.script = undefined;
  });
});
