import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { ModelServer } from './model-server.ts';

describe('A conditional write', () => {
  let server: ModelServer;
  let client: KvClient;

  beforeEach(() => {
    server = new ModelServer();
    client = new KvClient({ server });
  });
  afterEach(() => client.close());

  it('is done if the revision is that of the key, and shows the entry otherwise', async () => {
    const { revision } = await client.put('k', 'one');
    expect(await client.put('k', 'two', { ifRevision: revision })).to.deep.equal({
      done: true,
      revision: 2,
    });
    expect(await client.put('k', 'three', { ifRevision: revision })).to.deep.equal({
      done: false,
      current: { value: 'two', createRevision: 1, modRevision: 2, version: 2 },
    });
    expect(await client.get('k')).to.equal('two');
  });

  it('can ask that the key is absent, or present', async () => {
    const absent = { ifRevision: 'absent' } as const;
    const present = { ifRevision: 'present' } as const;
    const missed = { done: false, current: undefined };
    expect(await client.put('k', 'one', present)).to.deep.equal(missed);
    expect(await client.put('k', 'one', absent)).to.deep.equal({ done: true, revision: 1 });
    expect(await client.put('k', 'two', absent)).to.have.nested.property('current.value', 'one');
    expect(await client.put('k', 'two', present)).to.deep.equal({ done: true, revision: 2 });
  });

  it('can ask for a value, which an absent key never has', async () => {
    expect(await client.put('k', 'x', { ifValue: '' })).to.include({ done: false });
    await client.put('k', '');
    expect(await client.put('k', 'x', { ifValue: '' })).to.include({ done: true });
    expect(await client.put('k', 'y', { ifValue: 'X' })).to.include({ done: false });
  });

  it('is done only if both conditions hold', async () => {
    await client.put('k', 'x');
    const options = (ifRevision: number, ifValue: string) => ({ ifRevision, ifValue });
    expect(await client.put('k', 'y', options(1, 'y'))).to.include({ done: false });
    expect(await client.put('k', 'y', options(2, 'x'))).to.include({ done: false });
    expect(await client.put('k', 'y', options(1, 'x'))).to.include({ done: true });
  });

  it('may be any write', async () => {
    const absent = { ifRevision: 'absent' } as const;
    expect(await client.append('a', 'xy', absent)).to.deep.equal({
      ...{ done: true, revision: 1, length: 2 },
    });
    expect(await client.increment('n', 5, absent)).to.deep.equal({
      ...{ done: true, revision: 2, value: 5n },
    });
    expect(await client.delete('a', absent)).to.include({ done: false });
    expect(await client.delete('a', { ifRevision: 1 })).to.deep.equal({
      ...{ done: true, revision: 3, deleted: true },
    });
  });

  it('without a condition is an ordinary write', async () => {
    expect(await client.put('k', 'v', { timeoutMs: 500 })).to.deep.equal({ revision: 1 });
    expect(server.requests.at(-1)?.command.type).to.equal('put');
  });

  it('reads the entry again if a retry gets no more of it', async () => {
    await client.put('k', 'large');
    server.change = (reply) => (reply.type === 'transact' ? { ...reply, results: null } : reply);
    expect(await client.put('k', 'x', { ifRevision: 'absent' })).to.deep.equal({
      done: false,
      current: { value: 'large', createRevision: 1, modRevision: 1, version: 1 },
    });
  });

  it('that was done is never reported as one whose condition did not hold', async () => {
    server.change = (reply) => (reply.type === 'transact' ? { ...reply, results: null } : reply);
    const error: unknown = await client.put('k', 'x', { ifRevision: 'absent' }).catch((e) => e);
    expect(error).to.include({ code: 'KV_REPLY_GONE', outcome: 'done' });
    expect(await client.get('k')).to.equal('x');
  });

  it('is misuse with a condition of another form, and sends nothing (H32)', async () => {
    const wrong: readonly unknown[] = [0, -1, 1.5, 'missing', Number.NaN, {}];
    for (const ifRevision of wrong) {
      const options = { ifRevision } as { ifRevision: number };
      const error: unknown = await client.put('k', 'v', options).catch((thrown: unknown) => thrown);
      expect(error, String(ifRevision)).to.be.instanceOf(TypeError);
    }
    const misspelled = { ifRevison: 1 } as object;
    expect(await client.put('k', 'v', misspelled).catch(String)).to.contain('ifRevision');
    expect(server.requests).to.deep.equal([]);
  });
});
