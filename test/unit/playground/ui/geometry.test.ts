import {
  laneOf,
  messagePoint,
  peerPoint,
  peerRadius,
  sidesOf,
  stageSize,
} from '@paxkv/playground/internal/ui/geometry';
import { expect } from 'chai';

describe('the geometry of the stage', () => {
  it('has all peers inside, apart from one another', () => {
    for (const peerCount of [3, 4, 5, 6, 7]) {
      const points = Array.from({ length: peerCount }, (_, peer) => peerPoint(peer, peerCount));
      for (const [index, a] of points.entries()) {
        for (const side of [a.x, a.y])
          expect(side).to.be.within(peerRadius, stageSize - peerRadius);
        for (const b of points.slice(0, index)) {
          expect(Math.hypot(a.x - b.x, a.y - b.y)).to.be.above(4 * peerRadius);
        }
      }
    }
  });

  it('lets the messages of two directions pass one another', () => {
    const [a, b] = [peerPoint(0, 3), peerPoint(1, 3)];
    const [there, back] = [messagePoint(a, b, 0.5), messagePoint(b, a, 0.5)];
    expect(Math.hypot(there.x - back.x, there.y - back.y)).to.be.above(10);
    const { start, end } = laneOf(a, b);
    expect(messagePoint(a, b, 0)).to.deep.equal(start);
    expect(messagePoint(a, b, 1)).to.deep.equal(end);
  });

  it('finds the peers on both sides of a line', () => {
    const across = sidesOf({ x: 0, y: 100 }, { x: stageSize, y: 100 }, 5);
    expect(across?.map((side) => side.sort())).to.deep.equal([[1, 2, 3, 4], [0]]);
    expect(sidesOf({ x: 0, y: 1 }, { x: stageSize, y: 1 }, 5)).to.equal(undefined);
  });
});
