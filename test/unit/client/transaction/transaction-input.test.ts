import { KvClient, type TransactionInput } from '@paxkv/client';
import { toTransactCommand } from '@paxkv/client/internal/transaction/transaction-input';
import { expect } from 'chai';
import { plain } from '../../kvserver/state-machine/fixtures.ts';
import { ModelServer } from './model-server.ts';

describe('A transaction as data', () => {
  it('becomes a command with every part', () => {
    const input: TransactionInput = {
      if: [
        { key: 'a', of: 'modRevision', is: '=', to: 3 },
        { key: 'b', of: 'value', is: '!=', to: 'x' },
      ],
      then: [
        { type: 'get', key: 'a' },
        { type: 'put', key: 'a', value: Uint8Array.of(1) },
        { type: 'append', key: 'a', value: 'y' },
        { type: 'increment', key: 'n' },
        { type: 'increment', key: 'n', by: -2 },
      ],
      else: [{ type: 'transact', then: [{ type: 'delete', key: 'a' }] }],
    };
    expect(plain(toTransactCommand(input))).to.deep.equal({
      type: 'transact',
      if: [
        { key: '61', of: 'modRevision', is: '=', to: 3 },
        { key: '62', of: 'value', is: '!=', to: '78' },
      ],
      then: [
        { type: 'get', key: '61' },
        { type: 'put', key: '61', value: '01' },
        { type: 'append', key: '61', value: '79' },
        { type: 'increment', key: '6e', by: '1n' },
        { type: 'increment', key: '6e', by: '-2n' },
      ],
      else: [{ type: 'transact', if: [], then: [{ type: 'delete', key: '61' }], else: [] }],
    });
  });

  const wrong: readonly (readonly [string, object])[] = [
    ['a misspelled part', { when: [] }],
    ['a part that is no list', { then: { type: 'get', key: 'a' } }],
    ['an unknown operation', { then: [{ type: 'rename', key: 'a' }] }],
    ['an operation that is nothing', { then: [undefined] }],
    ['a misspelled field', { then: [{ type: 'put', key: 'a', val: 'x' }] }],
    ['a missing value', { then: [{ type: 'put', key: 'a' }] }],
    ['an unknown property', { if: [{ key: 'a', of: 'size', is: '=', to: 1 }] }],
    ['an unknown relation', { if: [{ key: 'a', of: 'version', is: '==', to: 1 }] }],
    ['a number that is none', { if: [{ key: 'a', of: 'version', is: '=', to: '1' }] }],
    ['a negative number', { if: [{ key: 'a', of: 'version', is: '=', to: -1 }] }],
    ['a value that is a number', { if: [{ key: 'a', of: 'value', is: '=', to: 1 }] }],
  ];
  for (const [what, input] of wrong) {
    it(`is misuse with ${what}`, () => {
      expect(() => toTransactCommand(input)).to.throw(TypeError);
    });
  }
});

describe('transact', () => {
  let server: ModelServer;
  let client: KvClient;

  beforeEach(() => {
    server = new ModelServer();
    client = new KvClient({ server });
  });
  afterEach(() => client.close());

  it('returns whether it passed, and the result of each operation with decoded values', async () => {
    const create: TransactionInput = {
      if: [{ key: 'k', of: 'createRevision', is: '=', to: 0 }],
      then: [
        { type: 'put', key: 'k', value: 'v' },
        { type: 'transact', then: [{ type: 'get', key: 'k' }] },
      ],
      else: [{ type: 'get', key: 'k' }],
    };
    const entry = { value: 'v', createRevision: 1, modRevision: 1, version: 1 };
    expect(await client.transact(create)).to.deep.equal({
      ...{ passed: true, revision: 1 },
      results: [
        { type: 'put', revision: 1 },
        { type: 'transact', passed: true, revision: 1, results: [{ type: 'get', entry }] },
      ],
    });
    expect(await client.transact(create)).to.deep.equal({
      ...{ passed: false, revision: 1, results: [{ type: 'get', entry }] },
    });
  });

  it('has no effect if an operation is refused, and says which limit it was', async () => {
    await client.put('k', 'text');
    const error: unknown = await client
      .transact({
        then: [
          { type: 'put', key: 'a', value: '1' },
          { type: 'increment', key: 'k' },
        ],
      })
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_NOT_A_COUNTER', outcome: 'not done' });
    expect(await client.get('a')).to.equal(undefined);
  });

  it('says that it was done if a retry gets no more of what was read', async () => {
    server.change = (reply) => (reply.type === 'transact' ? { ...reply, results: null } : reply);
    const error: unknown = await client
      .transact({ then: [{ type: 'get', key: 'k' }] })
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_REPLY_GONE', outcome: 'done' });
  });
});
