/** The client against the server's real stream listener, so that both keep to the contract. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { KvClient } from '@paxkv/client';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { ScriptedReplica, ServerUnderTest } from '../kvserver/api/http/server-under-test.ts';
import { StreamUnderTest } from '../kvserver/api/stream/stream-under-test.ts';
import { failureOf } from './fake-world.ts';

describe('KvClient over a stream', () => {
  let stream: StreamUnderTest;
  let client: KvClient;

  beforeEach(async () => {
    stream = await StreamUnderTest.open();
    const store = new ScriptedReplica();
    stream.replica.script = (request) => store.submit(request);
    client = new KvClient({ endpoints: `127.0.0.1:${stream.port}` });
  });

  afterEach(async () => {
    await client.close();
    await stream.close();
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

  it('carries many values of the greatest size in both directions', async () => {
    const value = 'x'.repeat(valueBytesMax);
    const keys = ['1', '2', '3', '4', '5', '6', '7', '8'];
    await Promise.all(keys.map((key) => client.put(key, value)));
    const values = await Promise.all(keys.map((key) => client.get(key)));
    expect(values.every((each) => each === value)).to.equal(true);
  });

  it('returns values as bytes in a buffer of their own', async () => {
    await client.put('a', 'one');
    const reader = new KvClient({
      endpoints: `127.0.0.1:${stream.port}`,
      encoding: 'buffer',
    });
    const value = await reader.get('a');
    expect(value).to.deep.equal(new Uint8Array([111, 110, 101]));
    expect(value?.buffer.byteLength).to.equal(3);
    await reader.close();
  });

  it('takes more calls at once than a server takes on one connection', async () => {
    const gets = Array.from({ length: 10_000 }, (_, number) => client.get(`k${number}`));
    expect(new Set(await Promise.all(gets))).to.deep.equal(new Set([undefined]));
  });

  it('passes on what the server refuses', async () => {
    stream.replica.script = async ({ command }) =>
      command.type === 'openSession'
        ? { type: 'openSession', session: 7 }
        : { type: 'refused', reason: 'tooLarge' };
    const failure = await failureOf(client.append('a', 'b'));
    expect(failure).to.include({ code: 'KV_TOO_LARGE', outcome: 'not done' });
  });

  it('knows that a server whose stream never opened has nothing, also if it was not the first', async () => {
    const [silent, dead] = [createServer(), createServer()];
    const endpoints: string[] = [];
    for (const server of [silent, dead]) {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      endpoints.push(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    }
    dead.close();
    const other = new KvClient({ endpoints, timeoutMs: 100 });
    const failures = [await failureOf(other.get('a')), await failureOf(other.put('a', 'b'))];
    await other.close();
    silent.close();
    for (const failure of failures) {
      expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    }
  });

  it('falls back to HTTP if a server accepts no streams', async () => {
    const server = await ServerUnderTest.open();
    const other = new KvClient({ endpoints: server.url });
    await other.put('a', 'b');
    expect(await other.get('a')).to.equal('b');
    await other.close();
    await server.close();
  });
});
