import { KvClient } from '@paxkv/client';
import { AbortError, PaxosLevel } from '@paxkv/paxos-level';
import { transactionItemsMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { NodeUnderTest } from '../client/range/node-under-test.ts';

const puts = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const name = `${index}`.padStart(4, '0');
    return { type: 'put', key: name, value: name } as const;
  });

describe('PaxosLevel', () => {
  let node: NodeUnderTest;
  let client: KvClient;
  let db: PaxosLevel;

  beforeEach(async () => {
    node = await NodeUnderTest.open();
    client = new KvClient({ server: node });
    db = new PaxosLevel('app/', { client });
    await client.put('app', 'outside');
    await client.put('app0', 'outside');
  });
  afterEach(async () => {
    await db.close();
    await client.close();
  });

  const commands = () => node.requests.map(({ command }) => command.type);
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it did not fail'),
      (error: Error) => error,
    );

  it('keeps its entries in the store below its location', async () => {
    expect(db.location).to.equal('app/');
    await db.put('k', 'v');
    expect(await client.get('app/k')).to.equal('v');
    expect(await db.getMany(['k', 'none'])).to.deep.equal(['v', undefined]);
    expect(await db.hasMany(['k', 'none'])).to.deep.equal([true, false]);
    const sublevel = db.sublevel<string, number>('s', { valueEncoding: 'json' });
    await sublevel.put('n', 1);
    expect(await client.get('app/!s!n')).to.equal('1');
    await db.del('k');
    expect(await db.keys().all()).to.deep.equal(['!s!n']);
  });

  it('is made from a client of any encoding, and from a namespace', async () => {
    const json = new KvClient({ server: node, encoding: 'json' });
    const inner = new PaxosLevel('b/', { client: json.namespace('a/') });
    await inner.put('k', 'v');
    expect(await client.get('a/b/k')).to.equal('v');
    await inner.close();
    expect(await json.has('a/b/k')).to.equal(true);
    await json.close();
  });

  it('writes a batch in one transaction', async () => {
    await db.batch([...puts(transactionItemsMax - 1), { type: 'del', key: '0000' }]);
    expect(commands().filter((type) => type === 'transact')).to.have.length(1);
    expect(await client.count({ prefix: 'app/' })).to.equal(transactionItemsMax - 2);
  });

  it('refuses a batch that is larger than a transaction, and writes nothing of it', async () => {
    const failure = await failureOf(db.batch(puts(transactionItemsMax + 1)));
    expect(failure).to.include({ code: 'KV_TOO_LARGE', outcome: 'not done' });
    expect(await client.count({ prefix: 'app/' })).to.equal(0);
  });

  it('splits it if told so, and says that the outcome is unknown if a later part fails', async () => {
    const parts = new PaxosLevel('parts/', { client, splitBatches: true });
    await parts.batch(puts(2 * transactionItemsMax + 1));
    expect(commands().filter((type) => type === 'transact')).to.have.length(3);
    await parts.clear();
    const tooLong = { type: 'put', key: 'x'.repeat(1_024), value: '' } as const;
    const failure = await failureOf(parts.batch([...puts(transactionItemsMax), tooLong]));
    expect(failure).to.include({ code: 'KV_TOO_LARGE', outcome: 'unknown' });
    expect(await client.count({ prefix: 'parts/' })).to.equal(transactionItemsMax);
    await parts.close();
  });

  it('clears its own keys only, a range of them, or a number from either end', async () => {
    await db.batch(puts(10));
    await db.clear({ gte: '0004', lt: '0006' });
    await db.clear({ limit: 2 });
    await db.clear({ limit: 1, reverse: true });
    await db.clear({ limit: 0 });
    await db.clear({ lt: '' });
    expect(await db.keys().all()).to.deep.equal(['0002', '0003', '0006', '0007', '0008']);
    await db.clear();
    expect(await client.count({})).to.equal(2);
  });

  it('asks for one page at a time, and for no more than the limit', async () => {
    await db.batch(puts(10));
    const before = node.requests.length;
    const iterator = db.iterator({ limit: 3, reverse: true });
    expect(await iterator.nextv(2)).to.have.length(2);
    expect(await iterator.all()).to.deep.equal([['0007', '0007']]);
    const asked = node.requests.slice(before).map(({ command }) => command);
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ type: 'scan', limit: 3, keysOnly: false });
    await db.keys().next();
    expect(node.requests.at(-1)?.command).to.include({ type: 'scan', keysOnly: true });
  });

  it('asks nothing for a range that has no key', async () => {
    await db.open();
    const before = node.requests.length;
    expect(await db.iterator({ lt: '' }).all()).to.deep.equal([]);
    expect(await db.iterator({ gt: 'b', lte: 'a' }).all()).to.deep.equal([]);
    expect(node.requests).to.have.length(before);
  });

  it('goes on with the page after the last, beyond 1,000 entries', async () => {
    const many = new PaxosLevel('many/', { client, splitBatches: true });
    const entries = puts(1_100);
    await many.batch(entries);
    expect(await many.keys().all()).to.deep.equal(entries.map(({ key }) => key));
    const keys: string[] = [];
    for await (const key of many.keys({ reverse: true })) keys.push(key);
    expect(keys.reverse()).to.deep.equal(entries.map(({ key }) => key));
    await many.close();
  });

  it('ends a read with LEVEL_ABORTED when the signal of its iterator fires', async () => {
    const controller = new AbortController();
    await db.open();
    const iterator = db.iterator({ signal: controller.signal });
    node.before = () => controller.abort();
    const failure = await failureOf(iterator.next());
    expect(failure).to.be.instanceOf(AbortError);
    expect(failure).to.include({ code: 'LEVEL_ABORTED', name: 'AbortError' });
    expect(failure.cause).to.include({ code: 'KV_ABORTED' });
    await iterator.close();
  });

  it('rejects with the errors of the client, and leaves the client open', async () => {
    const longest = 'x'.repeat(1_024);
    expect(await failureOf(db.put(longest, ''))).to.include({ code: 'KV_TOO_LARGE' });
    await db.close();
    expect(await failureOf(db.get('k'))).to.include({ code: 'LEVEL_DATABASE_NOT_OPEN' });
    expect(await client.get('app')).to.equal('outside');
    await db.open();
    expect(await db.get('k')).to.equal(undefined);
  });

  it('says what it supports', () => {
    const supported = { has: true, seek: true, permanence: true, getSync: false };
    const absent = { implicitSnapshots: false, explicitSnapshots: false };
    expect(db.supports).to.include({ ...supported, ...absent });
    expect(() => db.snapshot())
      .to.throw()
      .with.property('code', 'LEVEL_NOT_SUPPORTED');
  });
});
