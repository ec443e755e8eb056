import { localClient } from '@paxkv/kvserver/internal/budget/client';
import { PendingShares } from '@paxkv/kvserver/internal/replica/requests/pending-shares';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytesKeptByEach, leakBytesMin } from '../../../kept-memory.ts';

const client = (principal = 'user') => ({ principal });

describe('PendingShares', () => {
  const boundOf = (act: () => void): string | undefined => {
    try {
      act();
      return undefined;
    } catch (error) {
      if (!(error instanceof KvError) || error.code !== 'KV_OVERLOADED') throw error;
      return error.message.split(':')[0];
    }
  };

  it('gives one client half of the requests, and one more client half of the rest', () => {
    const shares = new PendingShares({ pendingRequestCountMax: 8, pendingBytesMax: 1000 });
    const [one, other] = [client('a'), client('b')];
    for (let count = 0; count < 4; count += 1) shares.take(one, 1);
    expect(boundOf(() => shares.take(one, 1))).to.equal('pendingRequestCountMax');
    for (let count = 0; count < 2; count += 1) shares.take(other, 1);
    expect(boundOf(() => shares.take(other, 1))).to.equal('pendingRequestCountMax');
    expect([shares.count, shares.bytes]).to.deep.equal([6, 6]);
  });

  it('names the bound on bytes, and counts nothing of what it refused for that', () => {
    const shares = new PendingShares({ pendingRequestCountMax: 100, pendingBytesMax: 100 });
    const one = client();
    shares.take(one, 50);
    for (let count = 0; count < 200; count += 1) {
      expect(boundOf(() => shares.take(one, 1))).to.equal('pendingBytesMax');
    }
    expect([shares.count, shares.bytes]).to.deep.equal([1, 50]);
    shares.giveBack(one, 50);
    expect([shares.count, shares.bytes]).to.deep.equal([0, 0]);
    expect(boundOf(() => shares.take(one, 50))).to.equal(undefined);
  });

  it('counts programs of this process, and never refuses them', () => {
    const shares = new PendingShares({ pendingRequestCountMax: 1, pendingBytesMax: 1 });
    for (let count = 0; count < 3; count += 1) shares.take(localClient, 10);
    expect([shares.count, shares.bytes]).to.deep.equal([3, 30]);
    for (let count = 0; count < 3; count += 1) shares.giveBack(localClient, 10);
    expect([shares.count, shares.bytes]).to.deep.equal([0, 0]);
  });

  it('keeps nothing of clients that have nothing pending, admitted or refused', async function () {
    this.timeout(60_000);
    const shares = new PendingShares({ pendingRequestCountMax: 4, pendingBytesMax: 100 });
    const full = client('full');
    shares.take(full, 49);
    shares.take(full, 1);
    const bytes = await bytesKeptByEach((index) => {
      const one = client(`user ${index}`);
      shares.take(one, 1);
      boundOf(() => shares.take(one, 90));
      shares.giveBack(one, 1);
      boundOf(() => shares.take(client(`refused ${index}`), 90));
    });
    expect(bytes).to.be.below(leakBytesMin);
    expect([shares.count, shares.bytes]).to.deep.equal([2, 50]);
  });
});
