import {
  scrubLimitsDefault,
  scrubLimitsSchema,
} from '@paxkv/kvserver/internal/config/scrub-limits';
import { expect } from 'chai';

describe('Limits of the scrub', () => {
  it('verify a million rows within a minute, four times a day', () => {
    const { rowsPerSecond, intervalMs } = scrubLimitsDefault;
    expect(1_000_000 / rowsPerSecond).to.be.at.most(60);
    expect((24 * 60 * 60 * 1000) / intervalMs).to.equal(4);
  });

  it('may be set one by one, but not to zero', () => {
    const limits = scrubLimitsSchema.parse({ firstDelayMs: 1 });
    expect(limits).to.deep.equal({ ...scrubLimitsDefault, firstDelayMs: 1 });
    for (const wrong of [{ rowsPerSecond: 0 }, { intervalMs: 2 ** 31 }, { rows: 1 }]) {
      expect(scrubLimitsSchema.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false);
    }
  });
});
