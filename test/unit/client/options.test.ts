import { KvClient as Client, type KvClient } from '@paxkv/client';
import { checkedTimeoutMs, toSettings } from '@paxkv/client/internal/options';
import { expect } from 'chai';

const endpoints = 'a:1';

describe('toSettings', () => {
  it('has a default for everything but the endpoints', () => {
    const { name, ...settings } = toSettings({ endpoints });
    expect(settings).to.deep.equal({
      timeoutMs: 10_000,
      attemptTimeoutMs: 2_000,
      retryDelayMsMin: 25,
      transport: 'stream',
      retryDelayMsMax: 1_000,
    });
    expect(name).to.match(/^.{1,64}$/);
    expect(toSettings({ endpoints }).name).not.to.equal(name);
  });

  it('allows no deadline', () => {
    expect(checkedTimeoutMs('timeoutMs', Number.POSITIVE_INFINITY)).to.equal(
      Number.POSITIVE_INFINITY,
    );
  });

  for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY]) {
    it(`refuses a deadline of ${timeoutMs} ms`, () => {
      expect(() => toSettings({ endpoints, timeoutMs })).to.throw(TypeError, 'timeoutMs');
    });
  }

  it('refuses delays the wrong way round, and endless ones', () => {
    const wrongWay = { endpoints, retryDelayMsMin: 5, retryDelayMsMax: 4 };
    expect(() => toSettings(wrongWay)).to.throw(TypeError, 'retryDelayMsMin');
    const endless = { endpoints, retryDelayMsMax: Number.POSITIVE_INFINITY };
    expect(() => toSettings(endless)).to.throw(TypeError, 'retryDelayMsMax');
  });

  it('refuses names that servers refuse', () => {
    expect(() => toSettings({ endpoints, name: '' })).to.throw(TypeError, 'name');
    expect(() => toSettings({ endpoints, name: 'n'.repeat(65) })).to.throw(TypeError, 'name');
  });
});

describe('KvClientOptions', () => {
  it('make the type of values follow the encoding', async () => {
    const text: KvClient = new Client({ endpoints });
    const sameText: KvClient<'utf8'> = new Client({ endpoints, encoding: 'utf8' });
    const bytes: KvClient<'buffer'> = new Client({ endpoints, encoding: 'buffer' });
    // @ts-expect-error: a client of bytes has to be told so
    const untold = new Client<'buffer'>({ endpoints });
    await Promise.all([text, sameText, bytes, untold].map((client) => client.close()));
  });
});
