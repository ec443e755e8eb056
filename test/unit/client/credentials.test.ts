import { KvClient } from '@paxkv/client';
import { authorizationOf, toCredentials } from '@paxkv/client/internal/credentials';
import * as browser from '@paxkv/client/internal/system/browser';
import { systemEnvironment } from '@paxkv/client/internal/system-environment';
import { expect } from 'chai';

describe('credentials', () => {
  it('become a header, with the current token of a function', async () => {
    expect(await authorizationOf({})).to.equal(undefined);
    expect(await authorizationOf({ token: 'abc' })).to.equal('Bearer abc');
    let count = 0;
    const token = async () => {
      count += 1;
      return `token-${count}`;
    };
    expect(await authorizationOf({ token })).to.equal('Bearer token-1');
    expect(await authorizationOf({ token })).to.equal('Bearer token-2');
  });

  it('are refused if no header or certificate can be made of them, without repeating a token', async () => {
    for (const token of ['', 'two words', 'line\nbreak', 'é', 7 as never]) {
      expect(() => toCredentials({ token })).to.throw(TypeError, 'token must be visible');
      expect(() => new KvClient({ endpoints: '127.0.0.1:1', token })).to.throw(TypeError);
    }
    const error = await authorizationOf({ token: () => 'secret words' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(TypeError);
    expect(String(error)).not.to.include('secret');
    expect(() => toCredentials({ tls: { ca: 'a path' } })).to.throw(
      TypeError,
      'tls.ca must be in PEM',
    );
    expect(() => toCredentials({ tls: { cert: '-----BEGIN X' } })).to.throw(
      TypeError,
      'belong together',
    );
  });

  it('fail a call as not done while no token is available', async () => {
    const token = () => Promise.reject(new Error('the vault is closed'));
    for (const transport of ['stream', 'http'] as const) {
      const client = new KvClient({ endpoints: '127.0.0.1:1', token, transport, timeoutMs: 200 });
      const error: unknown = await client.put('k', 'v').catch((thrown: unknown) => thrown);
      expect(error).to.include({ outcome: 'not done' });
      await client.close();
    }
  });

  it('of a browser are no certificates, and no token on a stream', () => {
    expect(() => browser.makeHttpTransport({ tls: {} })).to.throw(TypeError);
    expect([browser.streamsCarry({}), browser.streamsCarry({ token: 'a' })]).to.deep.equal([
      true,
      false,
    ]);
    expect(() => systemEnvironment('stream', { token: 'a' })).not.to.throw();
  });
});
