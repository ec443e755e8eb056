/** The leaders of an election, as a client sees them that does not take part. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallOptions, KvClient, type Leader, type Value } from '@paxkv/client';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { NodeUnderTest } from '../range/node-under-test.ts';

const options = { ttlMs: 60_000 };

describe('The leaders under a name', () => {
  let server: NodeUnderTest;
  let client: KvClient;
  let stop: AbortController;

  beforeEach(async () => {
    server = await NodeUnderTest.open();
    client = new KvClient({ server });
    stop = new AbortController();
  });

  afterEach(() => {
    stop.abort();
    return client.close();
  });

  /** Listens until the test is over. Resolves once the first one is seen. */
  async function listen(
    given: CallOptions = { signal: stop.signal },
  ): Promise<{ seen: (Leader<string> | undefined)[]; over: Promise<void> }> {
    const seen: (Leader<string> | undefined)[] = [];
    const over = (async () => {
      for await (const leader of client.leader('e', given)) seen.push(leader);
    })();
    while (seen.length === 0) await sleep(1);
    return { seen, over };
  }

  async function count(seen: readonly unknown[], expected: number): Promise<void> {
    while (seen.length < expected) await sleep(1);
  }

  it('are the present one, each new one with its fence and value, and undefined while nobody leads', async () => {
    const { seen } = await listen();
    const one = await client.campaign('e', { ...options, value: 'one' });
    await count(seen, 2);
    await one.proclaim('ready');
    await count(seen, 3);
    const waiting = client.campaign('e', { ...options, value: 'two' });
    await sleep(20);
    await one.resign();
    const two = await waiting;
    await two.resign();
    await count(seen, 5);
    expect(seen).to.deep.equal([
      undefined,
      { fence: one.fence, value: 'one' },
      { fence: one.fence, value: 'ready' },
      { fence: two.fence, value: 'two' },
      undefined,
    ]);
  });

  it('begin with the one that leads, whatever waits', async () => {
    const one = await client.campaign('e', { ...options, value: 'one' });
    for (const value of ['two', 'three', 'four']) {
      void client.campaign('e', { ...options, value, signal: stop.signal }).catch(() => {});
    }
    while ((await client.count({ prefix: 'e/' })) < 4) await sleep(1);
    const { seen } = await listen();
    expect(seen).to.deep.equal([{ fence: one.fence, value: 'one' }]);
  });

  it('are all seen, also if many changes come at once', async () => {
    const seen: (string | undefined)[] = [];
    const expected = Array.from({ length: 20 }, (_, number) => `${number}`);
    for await (const leader of client.leader('e')) {
      seen.push(leader?.value);
      if (seen.length === 1) {
        for (const value of expected) {
          await client.campaign('e', { ...options, value }, async () => {});
        }
      }
      if (leader === undefined && seen.length > expected.length * 2) break;
    }
    expect(seen).to.deep.equal([undefined, ...expected.flatMap((value) => [value, undefined])]);
  });

  it('are no other keys that begin with the name, nor leaders below it', async () => {
    await client.put('e/x', 'data');
    await client.put('ex', 'data');
    await client.campaign('e/below', { ...options, value: 'below' });
    const { seen } = await listen();
    await client.put('e/y', 'data');
    await client.campaign('e', { ...options, value: 'one' });
    await count(seen, 2);
    expect(seen.map((leader) => leader?.value)).to.deep.equal([undefined, 'one']);
  });

  it('are holders of the lock of that name, too, and these announce nothing', async () => {
    const lock = await client.lock('e', options);
    const { seen } = await listen();
    expect(seen).to.deep.equal([{ fence: lock.fence, value: undefined }]);
  });

  it('have values in the encoding of the client, and one that is not ends the listening', async () => {
    const json = new KvClient<{ host: string }>({ server, encoding: 'json' });
    const one = await json.campaign('e', { ...options, value: { host: 'a' } });
    for await (const leader of json.leader('e')) {
      const value: Value<{ host: string }> | undefined = leader?.value;
      expect(value).to.deep.equal({ host: 'a' });
      break;
    }
    await one.resign();
    await client.campaign('e', { ...options, value: 'no JSON' });
    const error = await first(json.leader('e')).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'not done' });
    await json.close();
  });

  it('go on with the present one if no server has the changes any more', async () => {
    const { seen } = await listen();
    let refused = 0;
    server.before = ({ command }) => {
      if (command.type !== 'changes' || refused === 2) return;
      refused += 1;
      throw new KvError('KV_COMPACTED', 'Too late.');
    };
    const one = await client.campaign('e', { ...options, value: 'one' });
    await count(seen, 2);
    expect(refused).to.equal(2);
    await one.resign();
    await count(seen, 3);
    expect(seen.map((leader) => leader?.value)).to.deep.equal([undefined, 'one', undefined]);
  });

  it('end with the error of a read that fails', async () => {
    server.before = () => {
      throw new KvError('KV_FORBIDDEN', 'No right.');
    };
    const error = await first(client.leader('e')).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_FORBIDDEN', outcome: 'not done' });
  });

  it('end without an error when the signal fires', async () => {
    const { over } = await listen();
    stop.abort();
    await over;
    expect(await first(client.leader('e', { signal: stop.signal }))).to.equal('nothing');
  });

  it('take no other options', () => {
    const misspelled = { signals: stop.signal } as never;
    expect(() => client.leader('e', misspelled)).to.throw(TypeError, 'signals');
    expect(() => client.leader(''))
      .to.throw(KvError)
      .with.property('code', 'KV_BAD_REQUEST');
  });
});

async function first<T>(all: AsyncIterable<T>): Promise<T | 'nothing'> {
  for await (const one of all) return one;
  return 'nothing';
}
