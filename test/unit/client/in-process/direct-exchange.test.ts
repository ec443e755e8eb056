import { type InProcessServer, KvClient, KvError } from '@paxkv/client';
import {
  type DoneReply,
  emptyAuthTable,
  type Request,
  type Stamp,
  type StatusReply,
} from '@paxkv/protocol';
import { expect } from 'chai';

interface Submitted {
  readonly request: Request;
  readonly signal: AbortSignal | undefined;
}

/** A server whose answers the test sets. */
class FakeServer implements InProcessServer {
  readonly submitted: Submitted[] = [];
  answer: (request: Request) => Promise<DoneReply> = ({ command }) =>
    Promise.resolve(replyTo(command));

  submit(request: Request, { signal }: { signal?: AbortSignal | undefined } = {}) {
    // A stamp may change between two attempts.
    const stamp = request.stamp && pick(request.stamp);
    this.submitted.push({ request: { ...request, ...(stamp && { stamp }) }, signal });
    return this.answer(request);
  }

  status(): StatusReply {
    return {
      ...{ node: 0, cluster: 'c', state: 'running', applied: 1, min: 0, max: 1, revision: 7 },
      ...{ sessions: 1, pending: 0, leader: 0, peers: [], residentBytes: 1, uptimeMs: 1 },
      version: '1.0.0',
    } as const;
  }
}

function replyTo({ type }: Request['command']): DoneReply {
  const versions = { createRevision: 1, modRevision: 2, version: 2 };
  switch (type) {
    case 'get':
      return { type: 'get', entry: { value: new TextEncoder().encode('blue'), ...versions } };
    case 'put':
      return { type: 'put', revision: 2 };
    case 'append':
      return { type: 'append', revision: 3, length: 5 };
    case 'delete':
      return { type: 'delete', revision: 4, deleted: true };
    case 'increment':
      return { type: 'increment', revision: 5, value: 1n };
    case 'openSession':
      return { type: 'openSession', session: 9 };
    case 'getAuth':
      return { type: 'getAuth', revision: 0, table: emptyAuthTable };
    case 'setAuth':
      return { type: 'setAuth', revision: 6 };
    case 'transact':
      return { type: 'transact', revision: 7, passed: true, results: [] };
    case 'scan':
      return { type: 'scan', revision: 7, entries: [], next: undefined };
    case 'count':
      return { type: 'count', revision: 7, count: 3, next: undefined };
    case 'deleteRange':
      return { type: 'deleteRange', revision: 8, deleted: 3, next: undefined };
    case 'grantLease':
      return { type: 'grantLease', lease: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' };
    case 'renewLease':
      return { type: 'renewLease', ttlMs: 1000 };
    case 'revokeLease':
      return { type: 'revokeLease', revision: 9, deleted: 1 };
    case 'putLeased':
      return { type: 'putLeased', revision: 10 };
    case 'putTtl':
      return { type: 'putTtl', revision: 11, lease: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' };
    case 'changes':
      return { type: 'changes', revision: 8, events: [] };
  }
}

/** The current values of the stamp. */
function pick({ session, number, firstOutstanding }: Stamp): Stamp {
  return { session, number, firstOutstanding };
}

describe('a client of a server in the same process', () => {
  let server: FakeServer;
  let client: KvClient;

  beforeEach(() => {
    server = new FakeServer();
    client = new KvClient({ server, retryDelayMsMin: 1, retryDelayMsMax: 1 });
  });

  afterEach(() => client.close());

  it('gives each call its reply', async () => {
    expect(await client.put('k', 'v')).to.deep.equal({ revision: 2 });
    expect(await client.append('k', 'v')).to.deep.equal({ revision: 3, length: 5 });
    expect(await client.delete('k')).to.deep.equal({ revision: 4, deleted: true });
    expect(await client.get('k')).to.equal('blue');
    expect(await client.status()).to.include({ cluster: 'c', revision: 7 });
  });

  it('stamps writes with its session, and reads not at all', async () => {
    await client.put('k', 'v');
    await client.get('k', { consistency: 'serializable' });
    const [open, put, get] = server.submitted;
    expect(open?.request).to.not.have.property('stamp');
    expect(put?.request.stamp).to.deep.equal({ session: 9, number: 1, firstOutstanding: 1 });
    expect(get?.request).to.not.have.property('stamp');
    expect(get?.request.consistency).to.equal('serializable');
  });

  it('sends a write again with the same stamp where its outcome is unknown', async () => {
    await client.put('k', 'v');
    const { answer } = server;
    server.answer = () => {
      server.answer = answer;
      return Promise.reject(new KvError('KV_TIMEOUT', 'no decision'));
    };
    await client.put('k', 'w');
    const [first, second] = server.submitted.slice(-2);
    expect(second?.request.stamp).to.deep.equal(first?.request.stamp);
  });

  it('passes on a refusal that no retry changes', async () => {
    server.answer = () => Promise.reject(new KvError('KV_BAD_REQUEST', 'malformed'));
    const error = await client.get('k').catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
  });

  it('tells the server when the caller ends the wait', async () => {
    server.answer = () => new Promise(() => {});
    const controller = new AbortController();
    const got = client.get('k', { signal: controller.signal }).catch((thrown: unknown) => thrown);
    controller.abort();
    expect(await got).to.include({ code: 'KV_ABORTED' });
    expect(server.submitted[0]?.signal?.aborted).to.equal(true);
  });

  it('is made of either endpoints or a server', () => {
    // @ts-expect-error: not of both
    expect(() => new KvClient({ server, endpoints: 'a:1' })).to.throw(TypeError, 'not both');
    // @ts-expect-error: not of neither
    expect(() => new KvClient({})).to.throw(TypeError, 'endpoints');
  });
});
