import {
  completeLimits,
  type Limits,
  limitsDefault,
  limitsFor,
} from '@paxkv/kvserver/internal/config/limits';
import { ampleResources } from '@paxkv/kvserver/internal/config/resources';
import { parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';

const mebibyte = 2 ** 20;

function resources(mebibytes: number) {
  return { ...ampleResources, memoryBytes: mebibytes * mebibyte };
}

/** All that is held in memory at once when every bound is reached, without the garbage in between. */
function heldBytes(mebibytes: number): number {
  const limits = limitsFor(resources(mebibytes));
  // A write of the database holds a batch in its log, its memory table and twice in the batch itself.
  const state = 4 * limits.undurableBytesMax + limits.cachedBytesMax;
  const clients = limits.memoryBudgetBytes;
  const changes = limits.recentChangesBytesMax;
  return limits.retainedLogBytesMax + state + clients + changes + 2 * limits.peerQueueBytesMax;
}

describe('the limits of a server', () => {
  it('are the largest where memory is ample', () => {
    expect(limitsFor(ampleResources)).to.deep.equal(limitsDefault);
    expect(limitsFor(resources(8192))).to.deep.equal(limitsDefault);
  });

  it('leave room for the program, however little memory there is above 256 MiB', () => {
    for (const mebibytes of [256, 420, 512, 1024, 4096]) {
      expect(heldBytes(mebibytes)).to.be.below(0.62 * mebibytes * mebibyte);
    }
  });

  it('have room for a few of the largest values everywhere', () => {
    for (const [name, bytes] of Object.entries(limitsFor(resources(1)))) {
      if (name.endsWith('BytesMax') && name !== 'batchBytesMax') {
        expect(bytes, name).to.be.at.least(4 * valueBytesMax);
      }
    }
  });

  it('follow the memory of the process, and settings come first', () => {
    const settings = {
      nodeId: 0,
      clusterId: 'test',
      addresses: ['127.0.0.1:4400'],
      dataDirectory: '/var/lib/paxkv',
      limits: { pendingBytesMax: 5, memoryPercentMax: 50 },
    };
    const { limits } = parseConfig(settings, resources(420));
    expect(limits).to.deep.equal({
      ...limitsFor(resources(420)),
      pendingBytesMax: 5,
      memoryPercentMax: 50,
    });
    expect([limits.logBytesMax, limits.retainedLogBytesMax]).to.deep.equal([
      35 * mebibyte,
      70 * mebibyte,
    ]);
  });

  it('refuse no write for what the log budget keeps on purpose', () => {
    const room = (given: Partial<Limits>) =>
      completeLimits(given, resources(420)).retainedLogBytesMax;
    expect(room({ logBytesMax: 5, retainedLogBytesMax: 7 })).to.equal(7);
    expect(room({ logBytesMax: 5, retainedLogBytesMax: 4 })).to.equal(5);
    expect(room({ logBytesMax: 2 ** 31 - 1 })).to.equal(2 ** 31 - 1);
  });

  it('have room for what a quorum has not stored yet, however small the log budget is', () => {
    const room = (logBytesMax: number) =>
      completeLimits({ logBytesMax }, resources(420)).retainedLogBytesMax;
    expect(room(1)).to.equal(1 + 35 * mebibyte);
    expect(room(100 * mebibyte)).to.equal(200 * mebibyte);
  });
});
