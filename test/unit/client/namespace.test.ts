import { KvClient, type Namespace } from '@paxkv/client';
import { keyBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { NodeUnderTest } from './range/node-under-test.ts';

async function keysOf(scan: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of scan) keys.push(key);
  return keys;
}

describe('A namespace', () => {
  let node: NodeUnderTest;
  let client: KvClient;
  let app: Namespace;

  beforeEach(async () => {
    node = await NodeUnderTest.open();
    client = new KvClient({ server: node });
    app = client.namespace('app/');
    for (const key of ['a', 'app', 'app.', 'app0', 'b']) await client.put(key, 'outside');
  });
  afterEach(() => client.close());

  it('has keys that the store has with the prefix, in every call about one key', async () => {
    await app.put('k', 'v');
    expect(await client.get('app/k')).to.equal('v');
    expect(await app.get('k')).to.equal('v');
    expect(await app.get('app/k')).to.equal(undefined);
    expect(await app.getMany(['k', 'app'])).to.deep.equal(['v', undefined]);
    expect(await app.has('k')).to.equal(true);
    await app.append('k', '2');
    expect((await app.getEntry('k'))?.value).to.equal('v2');
    expect((await app.update('k', (value) => `${value}!`))?.value).to.equal('v2!');
    expect(await app.put('k', 'x', { ifValue: 'y' })).to.deep.include({ done: false });
    await app.increment('n', 2);
    expect(await client.get('app/n')).to.equal('2');
    await app.delete('k');
    expect(await client.has('app/k')).to.equal(false);
  });

  it('has its own keys in transactions', async () => {
    await app.transact({
      if: [{ key: 'x', of: 'modRevision', is: '=', to: 0 }],
      then: [
        { type: 'put', key: 'x', value: '1' },
        { type: 'transact', then: [{ type: 'append', key: 'x', value: '2' }] },
      ],
    });
    expect(await client.get('app/x')).to.equal('12');
    await app.transaction(async (tx) => tx.put('y', `${await tx.get('x')}3`));
    expect(await client.get('app/y')).to.equal('123');
    expect(await client.has('x')).to.equal(false);
  });

  it('scans, counts and deletes its own keys only, and returns them without the prefix', async () => {
    for (const key of ['1', '2', '3', 'ü']) await app.put(key, 'inside');
    expect(await keysOf(app.scan({}))).to.deep.equal(['1', '2', '3', 'ü']);
    expect(await keysOf(app.keys({}, { reverse: true, pageSize: 1 }))).to.deep.equal([
      ...['ü', '3', '2', '1'],
    ]);
    expect(await keysOf(app.keys({ from: '2', to: '3' }))).to.deep.equal(['2']);
    expect(await keysOf(app.keys({ prefix: '1' }))).to.deep.equal(['1']);
    expect(await app.count({})).to.equal(4);
    expect(await app.count({ from: '3' })).to.equal(2);
    expect((await app.deleteRange({ to: '3' })).deleted).to.equal(2);
    expect((await app.deleteRange({})).deleted).to.equal(2);
    expect(await keysOf(client.keys({}))).to.deep.equal(['a', 'app', 'app.', 'app0', 'b']);
  });

  it('may be within another one', async () => {
    const users = app.namespace('users/');
    await users.put('ada', '1');
    expect(await client.get('app/users/ada')).to.equal('1');
    expect(await keysOf(app.keys({}))).to.deep.equal(['users/ada']);
    expect(await keysOf(users.keys({}))).to.deep.equal(['ada']);
    const bytes = client.namespace(new Uint8Array([97, 112, 112, 47]));
    expect(await keysOf(bytes.keys({}))).to.deep.equal(['users/ada']);
  });

  it('writes in the session of its client, and ends with it', async () => {
    await app.put('k', 'v');
    await client.put('k', 'v');
    const opened = node.requests.filter(({ command }) => command.type === 'openSession');
    expect(opened).to.have.length(1);
    await client.close();
    const failure = await app.get('k').catch((error: unknown) => error);
    expect(failure).to.include({ code: 'KV_CLOSED', outcome: 'not done' });
  });

  it('keeps the encoding of its client, or has one of its own', async () => {
    const json = new KvClient<number[]>({ server: node, encoding: 'json' });
    await json.namespace('j/').put('k', [1]);
    expect(await client.get('j/k')).to.equal('[1]');
    const lists: Namespace<number[]> = client.namespace<number[]>('j/', { encoding: 'json' });
    expect(await lists.get('k')).to.deep.equal([1]);
    const bytes: Namespace<'buffer'> = json.namespace('j/', { encoding: 'buffer' });
    expect(await bytes.get('k')).to.deep.equal(new Uint8Array([91, 49, 93]));
    for await (const { key } of bytes.keys({})) expect(key).to.deep.equal(new Uint8Array([107]));
    expect(() => client.namespace('j/', { codec: 'json' } as never)).to.throw(TypeError, 'codec');
    await json.close();
  });

  it('has the empty key, which the store has as the prefix', async () => {
    await app.put('', 'root');
    expect(await client.get('app/')).to.equal('root');
    expect(await app.get('')).to.equal('root');
    expect(await keysOf(app.keys({}))).to.deep.equal(['']);
    await app.delete('');
    expect(await client.has('app/')).to.equal(false);
  });

  it('refuses an empty prefix, and keys that are too long with the prefix', async () => {
    const failure = (call: () => unknown) =>
      Promise.resolve()
        .then(call)
        .catch((error: unknown) => error);
    const isBad = { code: 'KV_BAD_REQUEST', outcome: 'not done' };
    const isTooLarge = { code: 'KV_TOO_LARGE', outcome: 'not done' };
    expect(await failure(() => client.namespace(''))).to.include(isBad);
    expect(await failure(() => app.namespace(''))).to.include(isBad);
    expect(await failure(() => client.namespace('x'.repeat(keyBytesMax + 1)))).to.include(
      isTooLarge,
    );
    const longest = 'x'.repeat(keyBytesMax - 'app/'.length);
    await app.put(longest, 'v');
    expect(await keysOf(app.keys({ from: longest }))).to.deep.equal([longest]);
    for (const call of [
      () => app.put(`${longest}x`, 'v'),
      () => app.namespace(`${longest}x`),
      () => app.count({ prefix: `${longest}x` }),
      () => app.count({ from: `${longest}xx` }),
    ]) {
      expect(await failure(call)).to.include(isTooLarge);
    }
  });

  it('is as a store of its own, whatever the keys and bounds', async () => {
    const alone = await NodeUnderTest.open();
    const whole = new KvClient({ server: alone });
    const text = fc.string({ unit: fc.constantFrom('/', 'a', 'p', '\0', '\uFFFF'), maxLength: 4 });
    const key = text.map((each) => `${each}.`);
    const range = fc.record({ prefix: text, from: text, to: text }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.array(key), fc.array(key), range, async (inside, outside, bounds) => {
        for (const each of outside) await client.put(each, 'v');
        await app.deleteRange({});
        await whole.deleteRange({});
        for (const each of inside) await Promise.all([app.put(each, 'v'), whole.put(each, 'v')]);
        for (const reverse of [false, true]) {
          const options = { reverse, pageSize: 2 };
          const [seen, expected] = [app, whole].map((store) => keysOf(store.keys(bounds, options)));
          expect(await seen).to.deep.equal(await expected);
        }
        expect(await app.count(bounds)).to.equal(await whole.count(bounds));
      }),
      { numRuns: 50 },
    );
    await whole.close();
  });
});
