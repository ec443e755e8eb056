import { ExchangeError, KvError } from '@paxkv/client';
import { readAnswer } from '@paxkv/client/internal/http/http-exchange';
import { expect } from 'chai';

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
