/** The client against the server's real HTTP listener, so that both keep to the contract. */
import { KvClient } from '@paxkv/client';
import { KvError, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { runningStatus, ServerUnderTest } from '../kvserver/api/http/server-under-test.ts';
import { failureOf } from './fake-world.ts';

describe('KvClient over HTTP', () => {
  let server: ServerUnderTest;
  let client: KvClient;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    client = new KvClient({ endpoints: server.url, transport: 'http' });
  });

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('reads what it wrote', async () => {
    expect(await client.get('ü/1')).to.equal(undefined);
    expect(await client.put('ü/1', 'one')).to.deep.equal({ revision: 1 });
    expect(await client.append('ü/1', ' two')).to.deep.equal({ revision: 2, length: 7 });
    expect(await client.getEntry('ü/1')).to.deep.equal({
      value: 'one two',
      createRevision: 1,
      modRevision: 2,
      version: 2,
    });
    expect(await client.delete('ü/1')).to.deep.equal({ revision: 3, deleted: true });
    expect(await client.delete('ü/1')).to.deep.equal({ revision: 3, deleted: false });
  });

  it('carries a value of the greatest size in both directions', async () => {
    const value = 'x'.repeat(valueBytesMax);
    await client.put('large', value);
    expect(await client.get('large')).to.equal(value);
  });

  it('reads the status', async () => {
    expect(await client.status()).to.deep.equal(runningStatus);
    expect(await client.statuses()).to.deep.equal([
      { endpoint: server.url, status: runningStatus },
    ]);
  });

  it('repeats a write with its number when the server was interrupted', async () => {
    await client.put('a', 'b');
    const { replica } = server;
    const session = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';
    replica.script = () => {
      replica.script = undefined;
      return Promise.reject(new KvError('KV_INTERRUPTED', 'stopped'));
    };
    await client.put('a', 'c');
    expect(replica.requests.slice(-2).map(({ stamp }) => stamp)).to.deep.equal([
      { session, number: 2, firstOutstanding: 2 },
      { session, number: 2, firstOutstanding: 2 },
    ]);
  });

  it('passes on what the server refuses', async () => {
    server.replica.script = async ({ command }) =>
      command.type === 'openSession'
        ? { type: 'openSession', session: 7 }
        : { type: 'refused', reason: 'tooLarge' };
    const failure = await failureOf(client.append('a', 'b'));
    expect(failure).to.include({ code: 'KV_TOO_LARGE', outcome: 'not done' });
  });
});
