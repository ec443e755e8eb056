import { AddressCounts } from '@paxkv/kvserver/internal/api/security/address-counts';
import { expect } from 'chai';

describe('AddressCounts', () => {
  it('refuses connections of one address over the limit, and of no other', () => {
    const counts = new AddressCounts(2);
    expect([counts.add('a'), counts.add('a'), counts.add('a')]).to.deep.equal([true, true, false]);
    expect(counts.add('b')).to.equal(true);
  });

  it('no longer counts removed connections', () => {
    const counts = new AddressCounts(1);
    expect(counts.add('a')).to.equal(true);
    counts.remove('a');
    expect([counts.add('a'), counts.add('a')]).to.deep.equal([true, false]);
  });
});
