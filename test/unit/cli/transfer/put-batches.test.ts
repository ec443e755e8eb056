import type { TransactionInput } from '@paxkv/client';
import { expect } from 'chai';
import { putAll } from 'paxkv/internal/transfer/put-batches';

async function* entriesOf(sizes: readonly number[]) {
  for (const [index, size] of sizes.entries()) {
    yield { key: Buffer.from(`${index}`), value: new Uint8Array(size) };
  }
}

describe('putAll', () => {
  async function batchesOf(sizes: readonly number[]) {
    const batches: number[] = [];
    const progress: number[] = [];
    const transact = async ({ then = [] }: TransactionInput) => {
      batches.push(then.length);
      return { passed: true, revision: batches.length, results: [] };
    };
    const imported = await putAll({ transact }, entriesOf(sizes), (count) => progress.push(count));
    expect(progress).to.deep.equal(batches);
    return { batches, imported };
  }

  it('puts up to 128 entries in one step', async () => {
    const { batches, imported } = await batchesOf(Array(300).fill(1));
    expect(batches).to.deep.equal([128, 128, 44]);
    expect(imported).to.deep.equal({ count: 300, revision: 3 });
  });

  it('begins another step before one is too large for a request', async () => {
    const kib = 1024;
    const { batches } = await batchesOf([200 * kib, 50 * kib, 50 * kib, 1024 * kib, 1, 1]);
    expect(batches).to.deep.equal([2, 1, 1, 2]);
  });

  it('puts nothing if there is nothing', async () => {
    const { batches, imported } = await batchesOf([]);
    expect(batches).to.deep.equal([]);
    expect(imported).to.deep.equal({ count: 0, revision: 0 });
  });
});
