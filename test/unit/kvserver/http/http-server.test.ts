import { once } from 'node:events';
import { paths } from '@paxkv/client/protocol';
import { expect } from 'chai';
import { base64, DoorUnderTest, rawRequest } from './door-under-test.ts';

const json = 'content-type: application/json';

describe('HTTP server', () => {
  let door: DoorUnderTest;

  before(async () => {
    door = await DoorUnderTest.open();
  });
  after(() => door.close());

  const badRequest = { code: 'KV_BAD_REQUEST', status: 400 } as const;
  const tooLarge = { code: 'KV_TOO_LARGE', status: 431 } as const;

  for (const [what, ...bytes] of [
    [
      'both length headers (H8)',
      rawRequest('POST /v1/put', [json, 'content-length: 2', 'transfer-encoding: chunked'], '{}'),
    ],
    [
      'two lengths (H8)',
      rawRequest('POST /v1/put', [json, 'content-length: 2', 'content-length: 3'], '{}'),
    ],
    [
      'a chunk size that is no number (H8)',
      rawRequest('POST /v1/put', [json, 'transfer-encoding: chunked'], 'xyz\r\n{}\r\n0\r\n\r\n'),
    ],
    [
      'a chunk that is longer than it said (H8)',
      rawRequest('POST /v1/put', [json, 'transfer-encoding: chunked'], '1\r\n{}{}{}\r\n0\r\n\r\n'),
    ],
    ['a negative length (H8)', rawRequest('POST /v1/put', [json, 'content-length: -1'], '{}')],
    ['an unknown method (H17)', rawRequest('BREW /v1/kv/k')],
    ['an HTTP/2 preface (H17)', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello (H17)', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, 10, 13])],
    ['binary noise (H17)', Buffer.alloc(4096, 0xfe)],
    ['a header without a colon (H17)', rawRequest('GET /livez', ['nonsense'])],
    ['an expectation that nobody has (H16)', rawRequest('GET /livez', ['expect: a miracle'])],
    ['an upgrade to an unknown protocol (H16)', rawRequest('GET /livez', ['upgrade: pigeon'])],
    ['no Host header', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ] as const) {
    it(`refuses ${what}`, () => door.refusesRaw(bytes, badRequest));
  }

  it('refuses an expectation amid a body at once (H16)', () =>
    door.refusesRaw([rawRequest('PUT /v1/kv/k', ['expect: x', 'content-length: 9'])], badRequest));

  it('refuses headers over their size or their number (H13)', async () => {
    await door.refusesRaw([rawRequest('GET /livez', [`a: ${'x'.repeat(17_000)}`])], tooLarge);
    const many = Array.from({ length: 2000 }, (_, index) => `h${index}: 1`);
    await door.refusesRaw([rawRequest('GET /livez', many)], tooLarge);
    await door.refusesRaw([rawRequest('GET /livez', many.slice(0, 101))], tooLarge);
  });

  it('refuses a path over the size of headers (H14)', () =>
    door.refusesRaw([rawRequest(`GET /v1/kv/${'k'.repeat(17_000)}`)], tooLarge));

  it('is no proxy', () =>
    door.refusesRaw(['CONNECT example:80 HTTP/1.1\r\nhost: example\r\n\r\n'], {
      code: 'KV_METHOD_NOT_ALLOWED',
      status: 405,
    }));

  it('never answers one request with the error of the next', async () => {
    door.submitter.script = () => new Promise(() => undefined);
    const pending = rawRequest('GET /v1/kv/slow').replace('connection: close\r\n', '');
    const { bytes } = await door.sendRaw(pending, 'nonsense\r\n\r\n');
    expect(bytes).to.equal('');
    door.submitter.script = undefined;
    await door.servesOthers();
  });

  it('answers what came before the nonsense, if that is done', async () => {
    const first = rawRequest('GET /livez').replace('connection: close\r\n', '');
    const socket = door.connect();
    socket.write(first);
    await once(socket, 'data');
    socket.write('nonsense\r\n\r\n');
    const [second] = await once(socket, 'data');
    expect(String(second)).to.match(/^HTTP\/1.1 400 /);
    await once(socket, 'close');
  });

  it('tells a client what it sent cannot be done again and again on one connection', async () => {
    const put = rawRequest('PUT /v1/kv/k', ['content-length: 1'], 'v');
    const { bytes } = await door.sendRaw(put.replace('connection: close\r\n', '') + put);
    expect(bytes.match(/HTTP\/1.1 200 OK/g)).to.have.length(2);
  });
});

describe('HTTP server with short limits', () => {
  let door: DoorUnderTest;

  before(async () => {
    door = await DoorUnderTest.open({
      headersTimeoutMs: 200,
      replyTimeoutMs: 200,
      connectionCountMax: 20,
    });
  });
  after(() => door.close());

  it('closes connections whose headers trickle in (H9)', async () => {
    const sockets = Array.from({ length: 10 }, () => door.connect());
    for (const socket of sockets) socket.write('GET /livez HTTP/1.1\r\nname: ');
    const trickle = setInterval(() => {
      for (const socket of sockets) socket.write('a');
    }, 50);
    const answers = sockets.map(async (socket) => String(await once(socket, 'data')));
    await door.servesOthers();
    for (const answer of await Promise.all(answers)) {
      expect(answer)
        .to.match(/^HTTP\/1.1 408 /)
        .and.contain('KV_SLOW_REQUEST');
    }
    clearInterval(trickle);
    for (const socket of sockets) socket.destroy();
  });

  it('closes surplus connections and serves the others (H12)', async () => {
    const kept = door.connect();
    kept.write(rawRequest('GET /livez').replace('connection: close\r\n', ''));
    await once(kept, 'data');
    const idle = Array.from({ length: 40 }, () => door.connect());
    await Promise.all(idle.slice(20).map((socket) => once(socket, 'close')));
    kept.write(rawRequest('GET /livez'));
    expect(String(await once(kept, 'data'))).to.match(/^HTTP\/1.1 200 /);
    for (const socket of idle) socket.destroy();
    await once(kept, 'close');
  });

  it('cuts off a client that takes none of its answers (H11)', async () => {
    const value = base64(Buffer.alloc(1024 * 1024));
    await door.postJson(paths.put, { key: base64('big'), value });
    const socket = door.connect().pause();
    socket.write(rawRequest('GET /v1/kv/big?raw').replace('connection: close\r\n', '').repeat(40));
    await door.submitter.arrived(door.submitter.requests.length + 1);
    await door.servesOthers();
    // The side that does not read hears of the end only when it writes.
    const prod = setInterval(() => socket.write('\r\n'), 50);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(prod);
  });

  it('waits with a client for an answer that takes longer than that', async () => {
    door.submitter.script = async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { type: 'got', entry: undefined };
    };
    await door.refuses(door.fetch('/v1/kv/late'), 'KV_NO_SUCH_KEY');
    door.submitter.script = undefined;
  });
});
