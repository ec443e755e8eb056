/** Locks of clients of one server, which is a state machine. */
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

describe('A lock', () => {
  let server: NodeUnderTest;
  let clients: KvClient[];

  beforeEach(async () => {
    server = await NodeUnderTest.open();
    clients = [1, 2, 3].map(() => new KvClient({ server }));
  });

  afterEach(() => Promise.all(clients.map((client) => client.close())));

  it('is held by one client at a time, in the order in which they came', async () => {
    const order: number[] = [];
    let holders = 0;
    let holdersMax = 0;
    const work = (number: number) => async () => {
      holders += 1;
      holdersMax = Math.max(holdersMax, holders);
      order.push(number);
      await sleep(30);
      holders -= 1;
      return number;
    };
    const waiting: Promise<number>[] = [];
    for (const [number, client] of clients.entries()) {
      waiting.push(client.lock('a lock', options, work(number)));
      await sleep(10);
    }
    expect(await Promise.all(waiting)).to.deep.equal([0, 1, 2]);
    expect(order).to.deep.equal([0, 1, 2]);
    expect(holdersMax).to.equal(1);
    expect(await clients[0]?.count({ prefix: 'a lock' })).to.equal(0);
  });

  it('has a higher fence for each holder, and a condition that holds for the present one only', async () => {
    const [first = expect.fail(), second = expect.fail()] = clients;
    const one = await first.lock('a lock', options);
    const write = { type: 'put', key: 'guarded', value: 'x' } as const;
    expect((await first.transact({ if: [one.held], then: [write] })).passed).to.equal(true);
    await one.release();
    const two = await second.lock('a lock', options);
    expect(two.fence).to.be.above(one.fence);
    expect((await first.transact({ if: [one.held], then: [write] })).passed).to.equal(false);
    expect((await second.transact({ if: [two.held], then: [write] })).passed).to.equal(true);
    expect(one.signal.aborted).to.equal(true);
    await two.release();
  });

  it('is no other lock whose name it begins with', async () => {
    const [first = expect.fail(), second = expect.fail()] = clients;
    await first.lock('a', options);
    const other = await second.lock('a b', options);
    expect(other.signal.aborted).to.equal(false);
  });

  it('waits for no other keys that begin with its name, nor for a lock below it', async () => {
    const [first = expect.fail(), second = expect.fail()] = clients;
    await first.put('jobs/1', 'data');
    await first.lock('jobs/1', options);
    const lock = await second.lock('jobs', options);
    expect(lock.signal.aborted).to.equal(false);
  });

  it('goes past one that gave up waiting', async () => {
    const [first = expect.fail(), second = expect.fail(), third = expect.fail()] = clients;
    const held = await first.lock('a lock', options);
    const abort = new AbortController();
    const given = rejection(second.lock('a lock', { ...options, signal: abort.signal }));
    await sleep(20);
    const next = third.lock('a lock', options);
    await sleep(20);
    abort.abort();
    const error = await given;
    expect(error).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(held.signal.aborted).to.equal(false);
    await held.release();
    expect((await next).signal.aborted).to.equal(false);
  });

  it('is released when its work fails, with the error of the work', async () => {
    const [first = expect.fail()] = clients;
    const work = () => Promise.reject(new Error('my own'));
    expect(await rejection(first.lock('a lock', options, work))).to.include({ message: 'my own' });
    await (await first.lock('a lock', options)).release();
  });

  it('was lost during its work: the caller learns that', async () => {
    const [first = expect.fail(), second = expect.fail()] = clients;
    const work = async ({ signal }: { signal: AbortSignal }) => {
      for (const { key } of await all(second)) await second.delete(key);
      server.before = () => {
        throw new KvError('KV_NO_SUCH_LEASE', 'told so');
      };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const error = await rejection(first.lock('a lock', { ttlMs: 1000 }, work));
    expect(error).to.include({ code: 'KV_LEASE_LOST', outcome: 'unknown' });
    server.before = () => {};
  });

  it('is not taken by one whose place in the line was deleted', async () => {
    const [first = expect.fail(), second = expect.fail(), third = expect.fail()] = clients;
    const held = await first.lock('a lock', options);
    const waiting = rejection(second.lock('a lock', options));
    await sleep(20);
    const keys = await all(third);
    await third.delete(keys.find(({ createRevision }) => createRevision > held.fence)?.key ?? '');
    await held.release();
    expect(await waiting).to.include({ code: 'KV_LEASE_LOST' });
  });

  it('takes a time in its range, and no other options', async () => {
    const [first = expect.fail()] = clients;
    expect(await rejection(first.lock('a', { ttlMs: 1 }))).to.be.instanceOf(TypeError);
    const misspelled = { ttlMs: 1000, ttl: 1 } as never;
    expect(await rejection(first.lock('a', misspelled))).to.be.instanceOf(TypeError);
  });
});

async function all(client: KvClient) {
  const keys = [];
  for await (const key of client.keys({ prefix: 'a lock' })) keys.push(key);
  return keys;
}
