import { expect } from 'chai';
import { storageContract } from '../unit/contracts/storage-contract.ts';
import { MemoryStorage } from './memory-storage.ts';

storageContract('MemoryStorage', async () => {
  const storage = new MemoryStorage<string>();
  return {
    open: async () => storage,
    toValue: (text) => text,
    settle: (promise) => promise,
    close: async () => {},
  };
});

describe('MemoryStorage', () => {
  const ballot = { round: 1, peer: 0 };

  it('keeps the latest write of a kind for an instance, and frees forgotten ones', async () => {
    const storage = new MemoryStorage<string>();
    await storage.write([
      { type: 'accepted', seq: 0, ballot, value: 'zero' },
      { type: 'accepted', seq: 1, ballot, value: 'one' },
      { type: 'accepted', seq: 1, ballot: { round: 2, peer: 0 }, value: 'another' },
    ]);
    await storage.write([{ type: 'forgotten', min: 1 }]);
    expect([...(await storage.load()).writes]).to.deep.equal([
      { type: 'forgotten', min: 1 },
      { type: 'accepted', seq: 1, ballot: { round: 2, peer: 0 }, value: 'another' },
    ]);
  });
});
