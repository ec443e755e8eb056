/** Node stands in for the browser: it has `fetch`, and the WebSocket of `ws` has the same interface. */
import { HttpExchange, KvClient } from '@paxkv/client';
import { StreamExchange } from '@paxkv/client/internal/stream/stream-exchange';
import * as browser from '@paxkv/client/internal/system/browser';
import { systemEnvironment } from '@paxkv/client/internal/system-environment';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import {
  runningStatus,
  ScriptedReplica,
  ServerUnderTest,
} from '../../kvserver/api/http/server-under-test.ts';
import { StreamUnderTest } from '../../kvserver/api/stream/stream-under-test.ts';
import { failureOf } from '../fake-world.ts';

const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');

function clientOf(endpoint: string, transport: 'stream' | 'http' = 'stream'): KvClient {
  const { clock, random } = systemEnvironment();
  const http = new HttpExchange(browser.makeHttpTransport());
  const exchange =
    transport === 'http'
      ? http
      : new StreamExchange({ ...browser, dial: browser.makeDial(), clock, random, http });
  return new KvClient({
    endpoints: endpoint,
    environment: { exchange, clock, random },
    timeoutMs: 1_000,
  });
}

describe('the system of a browser', () => {
  beforeEach(() => {
    Object.defineProperty(globalThis, 'WebSocket', { value: WebSocket, configurable: true });
  });

  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
    else Object.defineProperty(globalThis, 'WebSocket', before);
  });

  it('streams', async () => {
    const stream = await StreamUnderTest.open();
    const store = new ScriptedReplica();
    stream.replica.script = (request) => store.submit(request);
    const client = clientOf(`127.0.0.1:${stream.port}`);
    await Promise.all([client.put('a', '1'), client.put('b', '2')]);
    expect(await Promise.all([client.get('a'), client.get('b')])).to.deep.equal(['1', '2']);
    await client.close();
    await stream.close();
  });

  it('reports a connection that ended', async () => {
    const stream = await StreamUnderTest.open();
    const client = clientOf(`127.0.0.1:${stream.port}`);
    stream.replica.script = () => {
      stream.replica.script = async () => ({ type: 'get', entry: undefined });
      return stream.listener.close().then(() => new Promise(() => {}));
    };
    const failure = await failureOf(client.get('a'));
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
    await client.close();
    await stream.close();
  });

  it('reports a connection that could not be made', async () => {
    const client = clientOf('127.0.0.1:1');
    const failure = await failureOf(client.get('a'));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    await client.close();
  });

  it('asks by fetch for a status, and for everything else with `transport: http`', async () => {
    const server = await ServerUnderTest.open();
    const client = clientOf(server.url, 'http');
    expect(await client.status()).to.deep.equal(runningStatus);
    await client.put('a', 'b');
    expect(await client.get('a')).to.equal('b');
    await client.close();
    await server.close();
  });
});
