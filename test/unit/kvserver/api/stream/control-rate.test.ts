import { ControlRate } from '@paxkv/kvserver/internal/api/stream/control-rate';
import { expect } from 'chai';

describe('ControlRate', () => {
  it('lets so many frames pass in each second', () => {
    const rate = new ControlRate(2);
    const passed = [0, 1, 2, 999, 1000, 1001, 1002, 5000].map((nowMs) => rate.add(nowMs));
    expect(passed).to.deep.equal([true, true, false, false, true, true, false, true]);
  });
});
