import { limitsDefault } from '@paxkv/kvserver/config';
import { OwnBatches } from '@paxkv/kvserver/replica/own-batches';
import { PendingRequests } from '@paxkv/kvserver/replica/pending-requests';
import { decodeBatch } from '@paxkv/kvserver/state-machine/batch';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

describe('OwnBatches', () => {
  const put = (value: string) =>
    ({ command: { type: 'put', key: Buffer.from('k'), value: Buffer.from(value) } }) as const;
  let pending: PendingRequests;
  let batches: OwnBatches;

  beforeEach(() => {
    pending = new PendingRequests(new World({ seed: 1 }).clock, limitsDefault);
    batches = new OwnBatches(pending, { me: 2, boot: 7 });
  });

  it('makes one value of all that is queued, and none of nothing', () => {
    expect(batches.next()).to.equal(undefined);
    for (const value of ['a', 'b']) pending.add(put(value), undefined).catch(() => {});
    const batch = batches.next();
    expect(batch?.requests).to.have.length(2);
    expect(batches.next()).to.equal(undefined);
    pending.interruptAll('the test ends');
  });

  it('gives each batch an origin of its own', () => {
    const origins = [1, 2].map((number) => {
      pending.add(put(`${number}`), undefined).catch(() => {});
      const value = batches.next()?.value ?? new Uint8Array();
      return decodeBatch(value).origin;
    });
    expect(origins).to.deep.equal([
      { node: 2, boot: 7, number: 1 },
      { node: 2, boot: 7, number: 2 },
    ]);
    pending.interruptAll('the test ends');
  });

  it('refuses what could not be read back', () => {
    const key = Buffer.alloc(100_000);
    expect(() => batches.expectEncodable({ command: { type: 'get', key } })).to.throw(TypeError);
    expect(() => batches.expectEncodable(put('a'))).to.not.throw();
  });
});
