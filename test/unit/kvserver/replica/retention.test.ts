import { retentionOf } from '@paxkv/kvserver/internal/replica/retention';
import { expect } from 'chai';

describe('the retention of a server', () => {
  it('is bounded by its limits, and measures values in bytes', () => {
    const policy = retentionOf({ logBytesMax: 4096, logInstanceCountMax: 7 });
    expect(policy).to.deep.include({ type: 'quorum', instances: 7, bytes: 4096 });
    expect(policy.type === 'quorum' && policy.sizeOf(new Uint8Array(5))).to.equal(5);
  });
});
