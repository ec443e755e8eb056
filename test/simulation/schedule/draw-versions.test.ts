import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { drawVersions, highestLevel } from './draw-versions.ts';

describe('drawn versions', () => {
  it('differ by server and by start, each within the levels that there are', () => {
    const levels = Array.from({ length: 40 }, (_, seed) =>
      drawVersions(new SeededRandom(seed), { nodeCount: 3, isMixed: true }),
    );
    expect(new Set(levels.flat(2))).to.deep.equal(new Set([1, 2, highestLevel]));
    expect(levels.some((servers) => new Set(servers.map(([first]) => first)).size > 1)).to.equal(
      true,
    );
    expect(levels.flat().some((starts) => new Set(starts).size > 1)).to.equal(true);
  });

  it('are those of the source, unless versions are mixed', () => {
    const levels = drawVersions(new SeededRandom(1), { nodeCount: 5, isMixed: false });
    expect([levels.length, new Set(levels.flat())]).to.deep.equal([
      5,
      new Set([thisVersion.highest]),
    ]);
  });
});
