import { plausibilityOf } from '@paxkv/kvserver/internal/replica/plausibility';
import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { expect } from 'chai';

describe('the plausibility of what replicas say', () => {
  const { isValue, instanceLeapMax } = plausibilityOf(new Values(thisVersion));

  it('excludes values that this version cannot apply', () => {
    expect(isValue(noop)).to.equal(true);
    expect(isValue(Uint8Array.of(0xff))).to.equal(false);
  });

  it('bounds instances so that a false one can be made up for', () => {
    expect(instanceLeapMax).to.be.within(2 ** 16, 2 ** 20);
  });
});
