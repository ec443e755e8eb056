import { KvClient as Client, type GetOptions, type KvClient } from '@paxkv/client';
import {
  callOptionNames,
  getOptionNames,
  toCallLimits,
  toSettings,
} from '@paxkv/client/internal/options';
import { expect } from 'chai';

const endpoints = 'a:1';

describe('toSettings', () => {
  it('has a default for everything except the endpoints', () => {
    const { name, ...settings } = toSettings({ endpoints });
    expect(settings).to.deep.equal({
      timeoutMs: 10_000,
      attemptTimeoutMs: 2_000,
      retryDelayMsMin: 25,
      transport: 'stream',
      retryDelayMsMax: 1_000,
      credentials: { token: undefined, tls: undefined },
    });
    expect(name).to.match(/^.{1,64}$/);
    expect(toSettings({ endpoints }).name).not.to.equal(name);
  });

  it('allows no deadline', () => {
    const endless = { timeoutMs: Number.POSITIVE_INFINITY };
    const settings = { endpoints, ...endless, attemptTimeoutMs: Number.POSITIVE_INFINITY };
    expect(toSettings(settings)).to.include({ timeoutMs: undefined, attemptTimeoutMs: undefined });
    const limits = toCallLimits(endless, callOptionNames, toSettings({ endpoints }));
    expect(limits.timeoutMs).to.equal(undefined);
  });

  for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY]) {
    it(`refuses a deadline of ${timeoutMs} ms`, () => {
      expect(() => toSettings({ endpoints, timeoutMs })).to.throw(TypeError, 'timeoutMs');
    });
  }

  it('refuses a minimum delay above the maximum, and endless delays', () => {
    const wrongWay = { endpoints, retryDelayMsMin: 5, retryDelayMsMax: 4 };
    expect(() => toSettings(wrongWay)).to.throw(TypeError, 'retryDelayMsMin');
    const endless = { endpoints, retryDelayMsMax: Number.POSITIVE_INFINITY };
    expect(() => toSettings(endless)).to.throw(TypeError, 'retryDelayMsMax');
  });

  it('refuses names that servers refuse', () => {
    expect(() => toSettings({ endpoints, name: '' })).to.throw(TypeError, 'name');
    expect(() => toSettings({ endpoints, name: 'n'.repeat(65) })).to.throw(TypeError, 'name');
    expect(() => toSettings({ endpoints, name: 'n\uD800' })).to.throw(TypeError, 'name');
    expect(() => toSettings({ endpoints, name: 5 as unknown as string })).to.throw(TypeError);
  });

  it('refuses a server that is none, and one beside endpoints', () => {
    for (const server of ['127.0.0.1:4401', {}, null]) {
      const wrong = { server } as unknown as { endpoints: string };
      expect(() => toSettings(wrong)).to.throw(TypeError, 'server must be a KvServer');
    }
    const both = { endpoints, server: { submit: () => {} } } as unknown as { endpoints: string };
    expect(() => toSettings(both)).to.throw(TypeError, 'not both');
  });

  it('refuses options it does not know, and names the one that was probably meant', () => {
    const unknown = { endpoints, timeout: 5 };
    expect(() => toSettings(unknown)).to.throw(
      TypeError,
      /unknown option "timeout"\. Did you mean "timeoutMs"\? Options: endpoints, encoding, timeoutMs/,
    );
    expect(() => toSettings({ endpoints, colour: 1 } as { endpoints: string })).to.throw(
      TypeError,
      'unknown option "colour". Options: endpoints',
    );
  });
});

describe('toCallLimits', () => {
  const settings = toSettings({ endpoints });
  const limitsOf = (options: object) => toCallLimits(options, callOptionNames, settings);

  it('takes the deadline of the client unless the call has its own', () => {
    expect(toCallLimits(undefined, callOptionNames, settings).timeoutMs).to.equal(10_000);
    expect(limitsOf({}).timeoutMs).to.equal(10_000);
    expect(limitsOf({ timeoutMs: 5 }).timeoutMs).to.equal(5);
  });

  it('refuses options that the call does not know', () => {
    expect(() => limitsOf({ consistency: 'serializable' })).to.throw(
      TypeError,
      'unknown option "consistency". Options: signal, timeoutMs',
    );
    expect(() => limitsOf({ Timeout: 5 })).to.throw(TypeError, 'Did you mean "timeoutMs"?');
    const reads: GetOptions = { consistency: 'serializable' };
    expect(() => toCallLimits(reads, getOptionNames, settings)).not.to.throw();
  });

  it('refuses options and signals of another type', () => {
    for (const bad of [null, 500, 'fast']) {
      expect(() => limitsOf(bad as unknown as object)).to.throw(TypeError, 'must be an object');
    }
    for (const signal of [null, new AbortController(), {}, true]) {
      expect(() => limitsOf({ signal })).to.throw(TypeError, 'AbortSignal');
    }
  });
});

interface User {
  readonly name: string;
}

describe('KvClientOptions', () => {
  it('make the type of values follow the encoding', async () => {
    const text: KvClient = new Client({ endpoints });
    const sameText: KvClient<'utf8'> = new Client({ endpoints, encoding: 'utf8' });
    const bytes: KvClient<'buffer'> = new Client({ endpoints, encoding: 'buffer' });
    // @ts-expect-error: a client of bytes needs its encoding
    const untold = new Client<'buffer'>({ endpoints });
    const anyJson: KvClient<'json'> = new Client({ endpoints, encoding: 'json' });
    const users: KvClient<User> = new Client<User>({ endpoints, encoding: 'json' });
    // @ts-expect-error: values that are no text need an encoding
    const untoldUsers = new Client<User>({ endpoints });
    const dates: KvClient<Date> = new Client({
      endpoints,
      encoding: {
        format: 'utf8',
        encode: (date: Date) => date.toISOString(),
        decode: (written) => new Date(written),
      },
    });
    const clients = [text, sameText, bytes, untold, anyJson, users, untoldUsers, dates];
    await Promise.all(clients.map((client) => client.close()));
  });

  it('make the types of what is written follow the encoding', async () => {
    const users = new Client<User>({ endpoints, encoding: 'json' });
    const bytes = new Client({ endpoints, encoding: 'buffer' });
    await Promise.all([users.close(), bytes.close()]);
    const user = { name: 'Ada' };
    const calls: (() => Promise<unknown>)[] = [
      () => users.put('a', user, { ifValue: user }),
      () => users.update('a', (before) => ({ name: `${before?.name}!` })),
      () => users.transact({ then: [{ type: 'put', key: 'a', value: user }] }),
      () => users.transaction(async (tx) => tx.put('b', (await tx.get('a')) ?? user)),
      () => bytes.put('a', 'text or bytes'),
      // @ts-expect-error: a text is no user
      () => users.put('a', 'Ada'),
      // @ts-expect-error: a number is no user
      () => users.put('a', user, { ifValue: 1 }),
      // @ts-expect-error: a text is no user
      () => users.update('a', () => 'Ada'),
      // @ts-expect-error: a text is no user
      () => users.transact({ then: [{ type: 'put', key: 'a', value: 'Ada' }] }),
      // @ts-expect-error: a user is neither text nor bytes
      () => bytes.put('a', user),
    ];
    for (const call of calls) {
      expect(await call().catch((error: unknown) => error)).to.be.instanceOf(Error);
    }
  });
});
