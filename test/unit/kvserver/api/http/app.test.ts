import { KvError } from '@paxkv/client';
import type { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { errorCodes, type KvErrorCode, type Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import { slowly } from '../slowly.ts';
import { lastRequest, openRequest, ServerUnderTest } from './server-under-test.ts';

type Refusal = Extract<Reply, { type: 'refused' }>['reason'];

describe('App', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  /** The scripts give errors that no real replica gives for a put. */
  function put(): Promise<Response> {
    return fetch(`${server.url}/v1/kv/k`, { method: 'PUT', body: 'v' });
  }

  for (const code of Object.keys(errorCodes) as KvErrorCode[]) {
    const { status, outcome } = errorCodes[code];
    if (status === null) continue;
    it(`answers ${code} with its status and outcome`, async () => {
      server.replica.script = () => Promise.reject(new KvError(code, 'Told so.'));
      const response = await put();
      expect(response.status).to.equal(status);
      const isTemporary = code === 'KV_OVERLOADED' || code === 'KV_TOO_MANY_ATTEMPTS';
      expect(response.headers.get('retry-after')).to.equal(isTemporary ? '1' : null);
      const asks = /^Bearer /.test(response.headers.get('www-authenticate') ?? '');
      expect(asks).to.equal(code === 'KV_UNAUTHENTICATED');
      const { error } = await server.refuses(response, code);
      const requestId = response.headers.get('x-request-id');
      expect(error).to.deep.equal({ code, outcome, message: 'Told so.', requestId });
    });
  }

  it('sends an outcome of the replica that differs from that of the code', async () => {
    const error = new KvError('KV_TIMEOUT', 'Never proposed.', { outcome: 'not done' });
    server.replica.script = () => Promise.reject(error);
    expect((await server.refuses(put(), 'KV_TIMEOUT')).error.outcome).to.equal('not done');
  });

  const refusals: Record<Refusal, KvErrorCode> = {
    sessionExpired: 'KV_SESSION_EXPIRED',
    numberReused: 'KV_NUMBER_REUSED',
    outsideWindow: 'KV_REPLY_GONE',
    featureOff: 'KV_FEATURE_OFF',
    unauthenticated: 'KV_UNAUTHENTICATED',
    forbidden: 'KV_FORBIDDEN',
    authChanged: 'KV_AUTH_CHANGED',
    tooLarge: 'KV_TOO_LARGE',
    readsTooLarge: 'KV_TOO_LARGE',
    notACounter: 'KV_NOT_A_COUNTER',
    counterOverflow: 'KV_NOT_A_COUNTER',
    noSuchLease: 'KV_NO_SUCH_LEASE',
    leaseFull: 'KV_LEASE_LIMIT',
    tooManyLeases: 'KV_LEASE_LIMIT',
  };
  for (const [reason, code] of Object.entries(refusals) as [Refusal, KvErrorCode][]) {
    it(`answers the refusal ${reason} with ${code} (H36)`, async () => {
      server.replica.script = async () => ({ type: 'refused', reason });
      await server.refuses(put(), code);
    });
  }

  it('logs a defect, and tells the client only that there was one', async () => {
    server.replica.script = () => Promise.reject(new Error('secret of /tmp/x.js'));
    const { error } = await server.refuses(put(), 'KV_INTERNAL');
    expect(error.outcome).to.equal('unknown');
    expect(error.message).not.to.contain('secret');
    expect(server.logLines).to.have.length(1);
    expect(server.logLines[0]?.[0]).to.include({ requestId: error.requestId });
  });

  it('names each request in its reply, as the client did if that name is plain', async () => {
    const idOf = async (headers: Record<string, string> = {}) =>
      (await server.fetch('/v1/kv/k', { headers })).headers.get('x-request-id');
    expect(await idOf({ 'x-request-id': 'order-17.a:b_c' })).to.equal('order-17.a:b_c');
    const long = 'x'.repeat(65);
    const ids = [await idOf(), await idOf()];
    for (const id of [long, 'a b', 'a{b}', '"', '']) ids.push(await idOf({ 'x-request-id': id }));
    for (const id of ids) expect(id).to.match(/^[\w-]{10}-[0-9a-z]+$/);
    expect(new Set(ids)).to.have.property('size', ids.length);
  });

  it('names requests that no route takes, too', async () => {
    const { error } = await server.refuses(server.fetch('/no/such/path'), 'KV_NO_SUCH_ROUTE');
    expect(error.requestId).to.be.a('string');
  });

  it('counts each error that a client gets', async () => {
    const counted: string[] = [];
    const onError = (transport: string, code: string) => void counted.push(`${transport} ${code}`);
    const watched = await ServerUnderTest.open(
      { headerCountMax: 10 },
      {
        observer: { onError, onSent: () => {} },
      },
    );
    await watched.fetch('/v1/kv/absent');
    await watched.fetch('/no/such/path');
    const many = Array.from({ length: 20 }, (_, index) => [`x-${index}`, 'y'] as [string, string]);
    await watched.fetch('/livez', { headers: many });
    await watched.close();
    expect(counted).to.deep.equal([
      'http KV_NO_SUCH_KEY',
      'http KV_NO_SUCH_ROUTE',
      'http KV_TOO_LARGE',
    ]);
  });

  it('reports when the reply to a request has been sent', async () => {
    const sent: RequestTiming[] = [];
    const observer = {
      onSent: (timing: RequestTiming) => void sent.push(timing),
      onError: () => {},
    };
    const watched = await ServerUnderTest.open({}, { observer });
    const headers = { 'x-request-id': 'mine' };
    await watched.fetch('/v1/kv/k', { method: 'PUT', body: 'v', headers });
    await watched.close();
    expect(sent).to.have.length(1);
    expect(sent[0]).to.include({ id: 'mine', command: 'put' });
    expect(sent[0]?.result).to.deep.equal({ outcome: 'done' });
  });

  it('counts what a request waits for its turn as its time', async () => {
    const sent: RequestTiming[] = [];
    const onSent = (timing: RequestTiming) => void sent.push(timing);
    const watched = await ServerUnderTest.open({}, { observer: { onSent, onError: () => {} } });
    watched.replica.script = slowly({ type: 'get', entry: undefined });
    const get = openRequest('GET /v1/kv/k');
    await watched.sendRaw(get.repeat(39) + lastRequest('GET /v1/kv/k'));
    await watched.close();
    expect(sent).to.have.length(40);
    expect(sent.at(-1)?.begunMs).to.be.below(sent.at(20)?.endedMs ?? 0);
  });

  it('takes a reply of the wrong type for a defect', async () => {
    server.replica.script = async () => ({ type: 'put', revision: 1 });
    await server.refuses(server.fetch('/v1/kv/k'), 'KV_INTERNAL');
  });

  it('reveals no software in its headers', async () => {
    const { headers } = await server.fetch('/no/such/path');
    expect(headers.get('x-powered-by')).to.equal(null);
    expect(headers.get('server')).to.equal(null);
    await server.refuses(server.fetch('/no/such/path'), 'KV_NO_SUCH_ROUTE');
  });

  it('forbids caching of every reply, and gives an entity tag to keys alone', async () => {
    await put();
    for (const [path, tag] of [
      ['/v1/kv/k', '"1"'],
      ['/v1/kv/k?raw', '"1"'],
      ['/v1/kv/absent', null],
      ['/v1/scan', null],
      ['/status', null],
    ] as const) {
      const { headers } = await server.fetch(path);
      expect(headers.get('cache-control'), path).to.equal('no-store');
      expect(headers.get('etag'), path).to.equal(tag);
    }
  });
});
