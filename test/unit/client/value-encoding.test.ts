import { KvClient, type KvError, type ValueEncoding } from '@paxkv/client';
import { coderOf } from '@paxkv/client/internal/value-encoding';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { NodeUnderTest } from './range/node-under-test.ts';

interface User {
  readonly name: string;
  readonly visits: number;
}

const dates: ValueEncoding<Date> = {
  format: 'view',
  encode: (date) => new Uint8Array(new BigUint64Array([BigInt(date.getTime())]).buffer),
  decode: (bytes) => {
    const [time] = new BigUint64Array(bytes.buffer);
    return new Date(Number(time));
  },
};

function failureOf(work: Promise<unknown>): Promise<KvError> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: KvError) => error,
  );
}

describe('An encoding of values', () => {
  let node: NodeUnderTest;
  let text: KvClient;
  let users: KvClient<User>;

  beforeEach(async () => {
    node = await NodeUnderTest.open();
    text = new KvClient({ server: node });
    users = new KvClient<User>({ server: node, encoding: 'json' });
  });
  afterEach(() => Promise.all([text.close(), users.close()]));

  const ada: User = { name: 'Ada', visits: 1 };
  const bob: User = { name: 'Bob', visits: 2 };

  it('applies to every read and write by JSON', async () => {
    await users.put('a', ada);
    await users.put('b', bob);
    expect(await text.get('a')).to.equal('{"name":"Ada","visits":1}');
    expect(await users.get('a')).to.deep.equal(ada);
    expect(await users.getEntry('b')).to.deep.include({ value: bob, version: 1 });
    expect(await users.getMany(['b', 'c', 'a'])).to.deep.equal([bob, undefined, ada]);
    const entries: [string, User][] = [];
    for await (const { key, value } of users.scan({})) entries.push([key, value]);
    expect(entries).to.deep.equal([
      ['a', ada],
      ['b', bob],
    ]);
  });

  it('applies to conditions, updates and transactions by JSON', async () => {
    await users.put('a', ada);
    const kept = await users.put('a', bob, { ifValue: bob });
    expect(kept).to.deep.include({ done: false }).and.to.have.nested.property('current.value.name');
    expect(await users.put('a', bob, { ifValue: ada })).to.include({ done: true });
    const entry = await users.update('a', (user = ada) => ({ ...user, visits: user.visits + 1 }));
    expect(entry?.value).to.deep.equal({ name: 'Bob', visits: 3 });
    const moved = await users.transact({
      if: [{ key: 'a', of: 'value', is: '=', to: { name: 'Bob', visits: 3 } }],
      then: [
        { type: 'put', key: 'b', value: ada },
        { type: 'get', key: 'b' },
      ],
    });
    expect(moved.results[1]).to.have.nested.property('entry.value').that.deep.equals(ada);
    const seen = await users.transaction(async (tx) => {
      tx.put('c', bob);
      return [await tx.get('b'), await tx.get('c')];
    });
    expect(seen).to.deep.equal([ada, bob]);
    expect(await users.get('c')).to.deep.equal(bob);
  });

  it('can be a function of one’s own, of bytes and of text', async () => {
    const byBytes = new KvClient({ server: node, encoding: dates });
    const byText = new KvClient({
      server: node,
      encoding: { format: 'utf8', encode: (n: number) => n.toString(36), decode: (t) => t.length },
    });
    await byBytes.put('now', new Date(1_700_000_000_000));
    expect(await byBytes.get('now')).to.deep.equal(new Date(1_700_000_000_000));
    await byText.put('n', 1295);
    expect(await text.get('n')).to.equal('zz');
    expect(await byText.get('n')).to.equal(2);
    await Promise.all([byBytes.close(), byText.close()]);
  });

  it('reads counters as JSON numbers, and appends what is no JSON as it is', async () => {
    const json = new KvClient({ server: node, encoding: 'json' });
    await json.increment('n', 5);
    expect(await json.get('n')).to.equal(5);
    await json.append('list', '[1');
    await json.append('list', ',2]');
    expect(await json.get('list')).to.deep.equal([1, 2]);
    await json.close();
  });

  it('reads keys as text, or as bytes with the encoding buffer', async () => {
    await text.put('k', 'v');
    const bytes = new KvClient({ server: node, encoding: 'buffer' });
    for await (const { key } of users.keys({})) expect(key).to.equal('k');
    for await (const { key } of bytes.keys({})) expect(key).to.deep.equal(new Uint8Array([107]));
    await bytes.close();
  });

  it('refuses what it cannot represent before anything is sent, as not done', async () => {
    const json = new KvClient({ server: node, encoding: 'json' });
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const bad of [undefined, 1n, () => 1, cycle]) {
      const put = { type: 'put', key: 'a', value: bad } as const;
      for (const call of [
        json.put('a', bad),
        json.delete('a', { ifValue: bad ?? 1n }),
        json.transact({ then: [put] }),
        json.transaction(async (tx) => tx.put('a', bad)),
      ]) {
        const error = await failureOf(call);
        expect(error).to.include({ code: 'KV_NOT_ENCODABLE', outcome: 'not done' });
        expect(error.cause).to.be.instanceOf(TypeError);
      }
    }
    expect(node.requests).to.deep.equal([]);
    await json.close();
  });

  it('makes a read of what it cannot decode fail with its own code, and the client works on', async () => {
    await text.put('a', 'not JSON');
    for (const read of [users.get('a'), users.getEntry('a'), users.getMany(['a'])]) {
      const error = await failureOf(read);
      expect(error).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'not done' });
      expect(error.cause).to.be.instanceOf(SyntaxError);
    }
    const scan = async () => {
      for await (const _ of users.scan({}));
    };
    expect(await failureOf(scan())).to.include({ code: 'KV_NOT_DECODABLE' });
    expect(await users.has('a')).to.equal(true);
    await users.put('a', ada);
    expect(await users.get('a')).to.deep.equal(ada);
  });

  it('says that a write was done, or was not, whose result it cannot decode', async () => {
    await text.put('a', 'not JSON');
    const transaction = { then: [{ type: 'get', key: 'a' }] } as const;
    const transacted = await failureOf(users.transact(transaction));
    expect(transacted).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'done' });
    const kept = await failureOf(users.put('a', ada, { ifRevision: 'absent' }));
    expect(kept).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'not done' });
    const updated = await failureOf(users.update('a', () => ada));
    expect(updated).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'not done' });
    expect(await text.get('a')).to.equal('not JSON');
    const oneWay = new KvClient({
      server: node,
      encoding: { ...dates, decode: () => JSON.parse('') },
    });
    const written = await failureOf(oneWay.update('d', () => new Date(0)));
    expect(written).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'done' });
    expect(await text.has('d')).to.equal(true);
    await oneWay.close();
  });

  it('of JSON reads back all that JSON represents', () => {
    const { encode, decode } = coderOf('json');
    void fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(decode(encode(value)))).to.equal(JSON.stringify(value));
      }),
    );
  });

  it('that is text refuses bytes that are not UTF-8', () => {
    for (const encoding of ['utf8', 'json'] as const) {
      expect(() => coderOf(encoding).decode(new Uint8Array([255])))
        .to.throw("encoding: 'buffer'")
        .that.includes({ code: 'KV_NOT_DECODABLE', outcome: 'not done' });
    }
  });

  it('is misuse if it has another form', () => {
    const half = { format: 'utf8', encode: String };
    for (const bad of ['toString', 'hex', null, 1, {}, half, { ...dates, format: 'buffer' }]) {
      expect(() => coderOf(bad)).to.throw(TypeError, 'encoding is');
    }
    const { encode } = coderOf({ format: 'utf8', encode: () => 1, decode: String });
    expect(() => encode('a')).to.throw(TypeError, 'value must be a string or a Uint8Array');
  });
});
