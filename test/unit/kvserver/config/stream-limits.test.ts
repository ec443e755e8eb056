import { streamCountMax, streamLimitsDefault } from '@paxkv/kvserver/internal/config/stream-limits';
import { expect } from 'chai';

describe('stream limits', () => {
  it('never let incomplete frames take more than a quarter of the memory', () => {
    for (const mebibytes of [64, 420, 1024, 65_536]) {
      const memoryBytes = mebibytes * 2 ** 20;
      const count = streamCountMax({ connectionCountMax: 10_000 }, { memoryBytes });
      expect(count * streamLimitsDefault.frameBytesMax).to.be.at.most(memoryBytes / 4);
    }
  });
});
