import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { ModelServer } from './model-server.ts';

describe('transaction', () => {
  let server: ModelServer;
  let client: KvClient;

  beforeEach(async () => {
    server = new ModelServer();
    client = new KvClient({ server });
    await client.put('left', '10');
    await client.put('right', '0');
  });
  afterEach(() => client.close());

  const move = () =>
    client.transaction(async (tx) => {
      const left = Number(await tx.get('left'));
      tx.put('left', String(left - 1));
      tx.put('right', String(Number(await tx.get('right')) + 1));
      return left;
    });

  it('writes everything at one revision, and returns what the function returns', async () => {
    expect(await move()).to.equal(10);
    const [left, right] = await Promise.all([client.getEntry('left'), client.getEntry('right')]);
    expect([left?.value, right?.value]).to.deep.equal(['9', '1']);
    expect(left?.modRevision).to.equal(right?.modRevision);
  });

  it('needs to learn only that it was done', async () => {
    server.change = (reply) => (reply.type === 'transact' ? { ...reply, results: null } : reply);
    expect(await move()).to.equal(10);
    expect(await client.get('right')).to.equal('1');
  });

  it('keeps the sum while many run at once', async () => {
    await Promise.all(Array.from({ length: 10 }, move));
    expect([await client.get('left'), await client.get('right')]).to.deep.equal(['0', '10']);
  });

  it('runs again if a key has changed that it has read, and was not written by it', async () => {
    const seen: unknown[] = [];
    await client.transaction(async (tx) => {
      seen.push(await tx.get('left'));
      if (seen.length === 1) await client.put('left', '11');
      tx.put('copy', String(seen.at(-1)));
    });
    expect(seen).to.deep.equal(['10', '11']);
    expect(await client.get('copy')).to.equal('11');
  });

  it('runs again if a key has come into being that it has found absent', async () => {
    let runs = 0;
    await client.transaction(async (tx) => {
      runs += 1;
      const found = await tx.get('lock');
      if (runs === 1) await client.put('lock', 'theirs');
      if (found === undefined) tx.put('lock', 'mine');
    });
    expect([runs, await client.get('lock')]).to.deep.equal([2, 'theirs']);
  });

  it('sees its own writes, however the key is written', async () => {
    const seen = await client.transaction(async (tx) => {
      tx.put('left', '1');
      tx.delete('right');
      return [await tx.get(Buffer.from('left')), await tx.get('right')];
    });
    expect(seen).to.deep.equal(['1', undefined]);
    expect(await client.get('right')).to.equal(undefined);
  });

  it('reads a key once, and each time finds the same', async () => {
    const count = server.requests.length;
    await client.transaction(async (tx) => {
      await Promise.all([tx.get('left'), tx.get('left')]);
      expect(await tx.get('left')).to.equal('10');
    });
    expect(server.requests.length - count).to.equal(1);
  });

  it('that only reads checks that what it has read belongs together', async () => {
    let runs = 0;
    const sum = await client.transaction(async (tx) => {
      runs += 1;
      const left = Number(await tx.get('left'));
      if (runs === 1) await move();
      return left + Number(await tx.get('right'));
    });
    expect([runs, sum]).to.deep.equal([2, 10]);
  });

  it('writes nothing if the function throws', async () => {
    const { revision } = server.model;
    const failing = client.transaction(async (tx) => {
      tx.put('left', 'x');
      throw new RangeError('no');
    });
    expect(await failing.catch(String)).to.equal('RangeError: no');
    expect(server.model.revision).to.equal(revision);
  });

  it('gives up when its time is over: not done', async () => {
    const work = client.transaction(
      async (tx) => {
        await client.put('left', String(await tx.get('left')));
        tx.put('left', 'mine');
      },
      { timeoutMs: 60 },
    );
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_CONFLICT', outcome: 'not done' });
    expect(await client.get('left')).to.equal('10');
  });
});
