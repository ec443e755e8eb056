/** Every method of the key routes: what holds for one holds for all. */
import { errorCodes, KvError, type KvErrorCode } from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from '../server-under-test.ts';

const random = Buffer.alloc(16, 7).toString('base64url');
const path = '/v1/kv/k';

const methods: readonly (readonly [method: string, type: string, body?: string])[] = [
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'put', 'v'],
  ['POST', 'append', 'v'],
  ['DELETE', 'delete'],
];

describe('Key routes by', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open();
  });
  beforeEach(async () => {
    server.replica.script = undefined;
    await fetch(`${server.url}${path}`, { method: 'PUT', body: 'v' });
  });
  after(() => server.close());

  for (const [method, type, body] of methods) {
    const ask = (headers: Record<string, string> = {}) =>
      fetch(`${server.url}${path}`, { method, headers, ...(body !== undefined && { body }) });

    it(`${method} submit the session stamp in the header, and none without it`, async () => {
      for (const [header, stamp] of [
        ['7/2/1', { session: 7, number: 2, firstOutstanding: 1 }],
        [`${random}/1024/1`, { session: random, number: 1024, firstOutstanding: 1 }],
      ] as const) {
        expect((await ask({ 'paxkv-session': header })).status).to.equal(200);
        const request = server.replica.requests.at(-1);
        expect(request?.command.type).to.equal(type);
        expect(request?.stamp).to.deep.equal(stamp);
        await fetch(`${server.url}${path}`, { method: 'PUT', body: 'v' });
      }
      expect((await ask()).status).to.equal(200);
      expect(server.replica.requests.at(-1)).to.not.have.property('stamp');
    });

    it(`${method} refuse a malformed stamp, and one outside its own window`, async () => {
      const { length } = server.replica.requests;
      for (const header of [
        '',
        '7',
        '7/1',
        '7/1/2',
        '7/0/0',
        '0/1/1',
        'x/1/1',
        '7/1025/1',
        '7/1/1/1',
      ]) {
        expect((await ask({ 'paxkv-session': header })).status, header).to.equal(400);
      }
      expect(server.replica.requests.length).to.equal(length);
    });

    it(`${method} give every error its status and its outcome`, async () => {
      for (const code of Object.keys(errorCodes) as KvErrorCode[]) {
        const { status } = errorCodes[code];
        if (status === null) continue;
        const error = new KvError(code, 'Told so.', { outcome: 'unknown', retryAfterMs: 30 });
        server.replica.script = () => Promise.reject(error);
        const response = await ask();
        expect(response.status, code).to.equal(status);
        if (method === 'HEAD') continue;
        const { error: told } = (await response.json()) as { error: object };
        expect(told).to.include({ code, outcome: 'unknown', retryAfterMs: 30 });
      }
    });

    it(`${method} let the replica know when the client has gone`, async () => {
      server.replica.script = () => new Promise(() => undefined);
      const controller = new AbortController();
      const count = server.replica.requests.length + 1;
      const asked = fetch(`${server.url}${path}`, {
        ...{ method, signal: controller.signal },
        ...(body !== undefined && { body }),
      }).catch(() => undefined);
      await server.replica.arrived(count);
      const signal = server.replica.signals.at(-1);
      controller.abort();
      await asked;
      if (signal?.aborted === false) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      }
      expect(signal?.aborted).to.equal(true);
    });
  }
});
