/** Elections of clients of one server, which is a state machine. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient, KvError } from '@paxkv/client';
import { expect } from 'chai';
import { NodeUnderTest } from '../range/node-under-test.ts';

const options = { ttlMs: 60_000 };

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('resolved'),
    (error: unknown) => error,
  );
}

describe('A campaign', () => {
  let server: NodeUnderTest;
  let clients: [KvClient, KvClient, KvClient];

  beforeEach(async () => {
    server = await NodeUnderTest.open();
    clients = [new KvClient({ server }), new KvClient({ server }), new KvClient({ server })];
  });

  afterEach(() => Promise.all(clients.map((client) => client.close())));

  /** What is announced under the name, in the order of the keys. */
  async function announced(name: string): Promise<string[]> {
    const values: string[] = [];
    for await (const { value } of clients[0].scan({ prefix: `${name}/` })) values.push(value);
    return values;
  }

  it('is won by one client at a time, in the order in which they came, with growing fences', async () => {
    const order: number[] = [];
    const fences: number[] = [];
    const waiting: Promise<void>[] = [];
    let leaders = 0;
    for (const [number, client] of clients.entries()) {
      const work = async ({ fence }: { fence: number }) => {
        leaders += 1;
        expect(leaders).to.equal(1);
        order.push(number);
        fences.push(fence);
        await sleep(20);
        leaders -= 1;
      };
      waiting.push(client.campaign('e', { ...options, value: `${number}` }, work));
      await sleep(10);
    }
    await Promise.all(waiting);
    expect(order).to.deep.equal([0, 1, 2]);
    expect(fences).to.deep.equal([...fences].sort((a, b) => a - b));
    expect(await announced('e')).to.deep.equal([]);
  });

  it('announces a value, and another one while it leads', async () => {
    const leadership = await clients[0].campaign('e', { ...options, value: 'one' });
    expect(await announced('e')).to.deep.equal(['one']);
    await leadership.proclaim('two');
    expect(await announced('e')).to.deep.equal(['two']);
    const { passed } = await clients[1].transact({ if: [leadership.held] });
    expect(passed, 'the leader is the same').to.equal(true);
    await leadership.resign();
    expect(await announced('e')).to.deep.equal([]);
  });

  it('announces values in the encoding of its client, and none that this cannot represent', async () => {
    const json = new KvClient<{ host: string }>({ server, encoding: 'json' });
    const leadership = await json.campaign('e', { ...options, value: { host: 'a' } });
    expect(await announced('e')).to.deep.equal(['{"host":"a"}']);
    const bad = { host: 1n } as never;
    const error = await rejection(leadership.proclaim(bad));
    expect(error).to.include({ code: 'KV_NOT_ENCODABLE', outcome: 'not done' });
    const other = rejection(json.campaign('other', { ...options, value: bad }));
    expect(await other).to.include({ code: 'KV_NOT_ENCODABLE' });
    expect(await announced('other')).to.deep.equal([]);
    await json.close();
  });

  it('that was lost announces nothing, even if its client does not know yet', async () => {
    const [first, second] = clients;
    const leadership = await first.campaign('e', { ...options, value: 'one' });
    await second.deleteRange({ prefix: 'e/' });
    const next = await second.campaign('e', { ...options, value: 'two' });
    const error = await rejection(leadership.proclaim('three'));
    expect(error).to.include({ code: 'KV_LEASE_LOST', outcome: 'not done' });
    expect(leadership.signal.aborted).to.equal(false);
    expect(await announced('e')).to.deep.equal(['two']);
    expect(next.fence).to.be.above(leadership.fence);
  });

  it('announces nothing once its client has resigned, and asks no server for that', async () => {
    const leadership = await clients[0].campaign('e', options);
    await leadership[Symbol.asyncDispose]();
    server.requests.length = 0;
    const error = await rejection(leadership.proclaim('late'));
    expect(error).to.include({ code: 'KV_LEASE_LOST', outcome: 'not done' });
    expect(server.requests).to.deep.equal([]);
  });

  it('ends by its signal, and leaves no place behind', async () => {
    const [first, second] = clients;
    await first.campaign('e', { ...options, value: 'one' });
    const abort = new AbortController();
    const waiting = rejection(
      second.campaign('e', { ...options, value: 'two', signal: abort.signal }),
    );
    await sleep(20);
    abort.abort();
    expect(await waiting).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(await announced('e')).to.deep.equal(['one']);
  });

  it('was lost during its work: the caller learns that', async () => {
    const [first] = clients;
    const work = async ({ signal }: { signal: AbortSignal }) => {
      server.before = () => {
        throw new KvError('KV_NO_SUCH_LEASE', 'told so');
      };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const error = await rejection(first.campaign('e', { ttlMs: 1000 }, work));
    expect(error).to.include({ code: 'KV_LEASE_LOST', outcome: 'unknown' });
    server.before = () => {};
  });

  it('waits for a lock of the same name, and the lock for it', async () => {
    const [first, second, third] = clients;
    const lock = await first.lock('e', options);
    const waiting = second.campaign('e', options);
    await sleep(20);
    const last = third.lock('e', options);
    await sleep(20);
    await lock.release();
    const leadership = await waiting;
    expect(leadership.fence).to.be.above(lock.fence);
    await leadership.resign();
    expect((await last).fence).to.be.above(leadership.fence);
  });

  it('takes no other options', async () => {
    const misspelled = { ttlMs: 1000, values: 'x' } as never;
    expect(await rejection(clients[0].campaign('e', misspelled))).to.be.instanceOf(TypeError);
    expect(await rejection(clients[0].campaign('', options))).to.include({
      code: 'KV_BAD_REQUEST',
    });
  });
});
