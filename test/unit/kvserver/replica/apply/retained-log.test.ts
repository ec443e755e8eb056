import { RetainedLog } from '@paxkv/kvserver/internal/replica/apply/retained-log';
import { expect } from 'chai';

describe('RetainedLog', () => {
  it('counts values from their decision until they are forgotten', () => {
    let min = 0;
    const log = new RetainedLog(() => min);
    for (const [seq, bytes] of [
      [0, 1],
      [2, 100],
      [1, 10],
      [5, 1000],
    ] as const) {
      log.add(seq, bytes);
    }
    expect(log.bytes).to.equal(1111);
    min = 2;
    expect(log.bytes).to.equal(1100);
    log.add(1, 7);
    expect(log.bytes).to.equal(1100);
    min = 2 ** 40;
    expect(log.bytes).to.equal(0);
    log.add(2 ** 40, 3);
    expect(log.bytes).to.equal(3);
  });
});
