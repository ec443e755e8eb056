import {
  type Answer,
  ExchangeError,
  HttpExchange,
  KvClient,
  KvError,
  type Message,
} from '@paxkv/client';
import { readAnswer } from '@paxkv/client/internal/http/http-exchange';
import { expect } from 'chai';
import { FakeClock, failureOf } from '../fake-world.ts';

const read = (status: number, body: unknown) =>
  readAnswer(
    { command: { type: 'openSession', client: 'tester' } },
    { status, body },
    'http://a:1',
  );
const errorBody = (code: string, outcome = 'not done') => ({
  error: { code, outcome, message: 'because' },
});

describe('readAnswer', () => {
  it('gives the reply', () => {
    expect(read(200, { session: 4 })).to.deep.equal({ type: 'openSession', session: 4 });
  });

  it('throws a server error with its code, outcome and endpoint', () => {
    expect(() => read(503, errorBody('KV_UNAVAILABLE')))
      .to.throw(KvError, 'http://a:1: because')
      .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    expect(() => read(500, errorBody('KV_INTERNAL', 'not done')))
      .to.throw(KvError)
      .that.includes({ code: 'KV_INTERNAL', outcome: 'not done' });
  });

  for (const [what, status, body] of [
    ["a proxy's page", 502, '<html>'],
    ["another program's page", 200, '<html>'],
    ["another program's JSON", 200, { hello: 1 }],
    ['an error without a code', 500, { error: 'no' }],
    ['a code that every object has', 503, errorBody('toString')],
    ['an error that calls itself a success', 200, errorBody('KV_INTERNAL')],
    ['nothing', 204, ''],
    ['null', 200, null],
  ] as const) {
    it(`does not accept ${what} as a response`, () => {
      expect(() => read(status, body))
        .to.throw(ExchangeError, `http://a:1 answered ${status}`)
        .that.includes({ sent: 'maybe' });
    });
  }

  it('believes the outcome of an error whose code only a newer server knows', () => {
    for (const [outcome, sent] of [
      ['not done', 'no'],
      ['unknown', 'maybe'],
    ] as const) {
      expect(() => read(503, errorBody('KV_BRAND_NEW', outcome)))
        .to.throw(ExchangeError, 'http://a:1: because (KV_BRAND_NEW)')
        .that.includes({ sent });
    }
  });

  it('quotes only the beginning of a long response', () => {
    expect(() => read(200, 'x'.repeat(5000))).to.throw(/x{80}…, which/);
  });
});

describe('HttpExchange', () => {
  const [ours = '', theirs = ''] = [1, 2].map((fill) =>
    Buffer.alloc(16, fill).toString('base64url'),
  );

  /** A client, and the messages that its servers got. */
  function clientOf(answer: (endpoint: string, message: Message) => Answer) {
    const sent: [endpoint: string, message: Message][] = [];
    const exchange = new HttpExchange({
      send: async (endpoint, message) => {
        sent.push([endpoint, message]);
        return answer(endpoint, message);
      },
      close: async () => {},
    });
    const environment = { exchange, clock: new FakeClock(), random: { next: () => 0 } };
    const client = new KvClient({ endpoints: ['a:1', 'b:2'], environment });
    return { client, sent };
  }

  const done: Readonly<Record<string, object>> = {
    '/v1/sessions': { session: ours },
    '/v1/put': { revision: 1 },
  };

  it('expects the cluster of the first answer from then on, and says so in each request', async () => {
    const { client, sent } = clientOf((_, { path }) => ({
      status: 200,
      body: done[path],
      incarnation: ours,
    }));
    await client.put('a', '1');
    expect(sent.map(([, { incarnation }]) => incarnation)).to.deep.equal([undefined, ours]);
  });

  it('fails a write of which another cluster says that it did it as unknown, then sends nothing', async () => {
    let incarnation = ours;
    const { client, sent } = clientOf((_, { path }) => ({
      status: 200,
      body: done[path],
      incarnation,
    }));
    await client.put('a', '1');
    incarnation = theirs;
    const error = await failureOf(client.put('a', '2'));
    expect(error).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'unknown' });
    const { length } = sent;
    const later = await failureOf(client.put('a', '3'));
    expect(later).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'not done' });
    expect(sent).to.have.length(length);
  });

  it('fails a write of which another cluster does not know the outcome as unknown', async () => {
    let incarnation = ours;
    const timeout = { status: 504, body: errorBody('KV_TIMEOUT', 'unknown') };
    const { client } = clientOf((_, { path }) =>
      incarnation === ours
        ? { status: 200, body: done[path], incarnation }
        : { ...timeout, incarnation },
    );
    await client.put('a', '1');
    incarnation = theirs;
    const error = await failureOf(client.put('a', '2'));
    expect(error).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'unknown' });
  });

  it('fails a write that a server of another cluster refused as not done', async () => {
    let incarnation = ours;
    const { client } = clientOf((_, { path, incarnation: expected }) =>
      expected === undefined || expected === incarnation
        ? { status: 200, body: done[path], incarnation }
        : { status: 421, body: errorBody('KV_WRONG_CLUSTER'), incarnation },
    );
    await client.put('a', '1');
    incarnation = theirs;
    const error = await failureOf(client.put('a', '2'));
    expect(error).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'not done' });
  });
});
