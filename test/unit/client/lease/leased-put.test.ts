import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { NodeUnderTest } from '../range/node-under-test.ts';

describe('A put with a lease', () => {
  let server: NodeUnderTest;
  let client: KvClient;

  beforeEach(async () => {
    server = await NodeUnderTest.open();
    client = new KvClient({ server });
  });

  afterEach(() => client.close());

  it('attaches the key, which goes with the lease', async () => {
    const lease = await client.lease({ ttlMs: 60_000 });
    expect(await client.put('k', 'v', { lease })).to.deep.equal({ revision: 1 });
    expect(await client.getEntry('k')).to.include({ lease: lease.id, value: 'v' });
    await lease.revoke();
    expect(await client.get('k')).to.equal(undefined);
  });

  it('may depend on a condition, and may be part of a transaction', async () => {
    await using lease = await client.lease({ ttlMs: 60_000 });
    const first = await client.put('k', 'v', { lease, ifRevision: 'absent' });
    expect(first).to.deep.equal({ done: true, revision: 1 });
    const again = await client.put('k', 'v', { lease, ifRevision: 'absent' });
    expect(again.done).to.equal(false);
    const { results } = await client.transact({
      then: [
        { type: 'put', key: 'a', value: '1', lease },
        { type: 'put', key: 'b', value: '2', ttlMs: 5000 },
        { type: 'put', key: 'k', value: '3' },
      ],
    });
    expect(results).to.deep.equal(Array(3).fill({ type: 'put', revision: 2 }));
    expect((await client.getEntry('a'))?.lease).to.equal(lease.id);
    expect((await client.getEntry('b'))?.lease).to.be.a('string');
    expect((await client.getEntry('k'))?.lease).to.equal(undefined);
  });

  it('has a lease of its own with ttlMs', async () => {
    expect(await client.put('k', 'v', { ttlMs: 1000 })).to.include({ revision: 1 });
    const { requests } = server;
    expect(requests.at(-1)?.command).to.include({ type: 'putTtl', ttlMs: 1000 });
  });

  it('takes one of the two, in its form', async () => {
    const wrong = [
      { lease: { id: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' }, ttlMs: 1000 },
      { ttlMs: 10 },
      { lease: 'x' as never },
      { ttl: 1000 } as never,
    ];
    for (const options of wrong) {
      const error = await client.put('k', 'v', options).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TypeError);
    }
    const error = await client.append('k', 'v', { ttlMs: 1000 } as never).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(TypeError);
  });
});
