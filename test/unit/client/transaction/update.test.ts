import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { ModelServer } from './model-server.ts';

const add = (by: number) => (value: string | undefined) => String(Number(value ?? '0') + by);

describe('update', () => {
  let server: ModelServer;
  let client: KvClient;

  beforeEach(() => {
    server = new ModelServer();
    client = new KvClient({ server });
  });
  afterEach(() => client.close());

  it('creates, replaces and removes a key', async () => {
    expect(await client.update('n', add(1))).to.deep.equal({
      ...{ value: '1', createRevision: 1, modRevision: 1, version: 1 },
    });
    expect(await client.update('n', add(5))).to.deep.equal({
      ...{ value: '6', createRevision: 1, modRevision: 2, version: 2 },
    });
    expect(await client.update('n', () => undefined)).to.equal(undefined);
    expect(await client.get('n')).to.equal(undefined);
    expect(await client.getEntry('n')).to.equal(undefined);
  });

  it('returns the entry that is stored', async () => {
    const entry = await client.update('n', add(1));
    expect(await client.getEntry('n')).to.deep.equal(entry);
  });

  it('loses none of a hundred concurrent increments', async () => {
    await Promise.all(Array.from({ length: 100 }, () => client.update('n', add(1))));
    expect(await client.get('n')).to.equal('100');
  });

  it('calls the function again with what another writer has written', async () => {
    const seen: (string | undefined)[] = [];
    await client.update('n', async (value) => {
      seen.push(value);
      if (seen.length === 1) await client.put('n', 'theirs');
      return `${value}+mine`;
    });
    expect(seen).to.deep.equal([undefined, 'theirs']);
    expect(await client.get('n')).to.equal('theirs+mine');
  });

  it('writes nothing for a key that is absent and stays absent', async () => {
    expect(await client.update('n', () => undefined)).to.equal(undefined);
    expect(server.model.revision).to.equal(0);
  });

  it('fails with what the function throws, and writes nothing', async () => {
    const failing = client.update('n', () => {
      throw new RangeError('no');
    });
    expect(await failing.catch(String)).to.equal('RangeError: no');
    expect(server.model.revision).to.equal(0);
  });

  it('gives up when its time is over: not done', async () => {
    const change = async (value: string | undefined) => {
      await client.put('n', `${value}.`);
      return 'mine';
    };
    const error: unknown = await client.update('n', change, { timeoutMs: 60 }).catch((e) => e);
    expect(error).to.include({ code: 'KV_CONFLICT', outcome: 'not done' });
    expect(await client.get('n')).not.to.equal('mine');
  });
});
