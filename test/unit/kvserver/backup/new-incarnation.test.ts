import { incarnationOf, inNewCluster } from '@paxkv/kvserver/internal/backup/new-incarnation';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { isId128 } from '@paxkv/protocol';
import { expect } from 'chai';

const origin = { seed: 'a', checksum: 'ff', clusterId: 'paxkv', nodeCount: 3 };

describe('The incarnation of a restored cluster', () => {
  it('is the same for all members that are restored from one file with one seed', () => {
    expect(incarnationOf({ ...origin })).to.equal(incarnationOf(origin));
    expect(isId128(incarnationOf(origin))).to.equal(true);
  });

  it('differs if the file, the seed, the name or the size differs', () => {
    const others = [{ seed: 'b' }, { checksum: 'fe' }, { clusterId: 'other' }, { nodeCount: 5 }];
    const all = [origin, ...others.map((other) => ({ ...origin, ...other }))].map(incarnationOf);
    expect(new Set(all).size).to.equal(all.length);
  });

  it('replaces that of the former cluster, and is left to the log where there was none', () => {
    const former = { ...startPosition, featureLevel: 2, incarnation: 'AAAAAAAAAAAAAAAAAAAAAA' };
    expect(inNewCluster(former, origin)).to.deep.equal({
      ...former,
      incarnation: incarnationOf(origin),
    });
    expect(inNewCluster(startPosition, origin)).to.equal(startPosition);
  });
});
