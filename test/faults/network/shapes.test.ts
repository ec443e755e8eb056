/** Tests which links each partition shape cuts, and which nodes can still decide. */
import { expect } from 'chai';
import { allLinks, type Link, nodesWithQuorum, shapeNames, shapes } from './shapes.ts';

const five = { nodeCount: 5, pivot: 0 };
const three = { nodeCount: 3, pivot: 0 };

/** Links as `0>1`, in order. */
function written(links: readonly Link[]): string[] {
  return links.map(({ from, to }) => `${from}>${to}`).sort();
}

/** Both directions of each pair. */
function bothWays(...pairs: readonly (readonly [number, number])[]): string[] {
  return pairs.flatMap(([a, b]) => [`${a}>${b}`, `${b}>${a}`]).sort();
}

describe('partition shapes', () => {
  it('leader alone cuts both ways of the pivot, and nothing else', () => {
    const cut = shapes['leader alone'](five);
    expect(written(cut)).to.deep.equal(bothWays([0, 1], [0, 2], [0, 3], [0, 4]));
    expect(nodesWithQuorum(5, cut)).to.deep.equal([1, 2, 3, 4]);
  });

  it('minority excludes the pivot, majority/minority includes it', () => {
    const apart = (side: number[], rest: number[]) =>
      bothWays(...side.flatMap((a) => rest.map((b): [number, number] => [a, b])));
    expect(written(shapes.minority(five))).to.deep.equal(apart([1, 2], [0, 3, 4]));
    expect(written(shapes['majority/minority'](five))).to.deep.equal(apart([0, 1], [2, 3, 4]));
    expect(written(shapes.minority(three))).to.deep.equal(apart([1], [0, 2]));
    expect(written(shapes['majority/minority'](three))).to.deep.equal(apart([0], [1, 2]));
  });

  it('one-way shapes cut one way of the pivot: together they leave it alone', () => {
    const [into, out] = [shapes['one-way in'](five), shapes['one-way out'](five)];
    expect(written(into)).to.deep.equal(['1>0', '2>0', '3>0', '4>0']);
    expect(written(out)).to.deep.equal(['0>1', '0>2', '0>3', '0>4']);
    expect(nodesWithQuorum(5, into)).to.deep.equal([1, 2, 3, 4]);
  });

  it('quorum-loss and constrained leave one node that can decide, and it is not the pivot', () => {
    expect(nodesWithQuorum(5, shapes['quorum-loss'](five))).to.deep.equal([1]);
    expect(nodesWithQuorum(5, shapes.constrained(five))).to.deep.equal([1]);
    const linked = allLinks(5).length - shapes['quorum-loss'](five).length;
    expect(linked, 'the pivot keeps its link with the hub').to.equal(8);
    expect(written(shapes.constrained(five))).to.include.members(bothWays([0, 1]));
    expect(written(shapes.constrained(three))).to.deep.equal(bothWays([0, 1], [0, 2]));
  });

  it('chained is a row with the pivot at its end, ring a circle', () => {
    const linksOf = (cut: readonly Link[]) =>
      written(allLinks(5)).filter((link) => !written(cut).includes(link));
    const row = bothWays([0, 1], [1, 2], [2, 3], [3, 4]);
    expect(linksOf(shapes.chained(five))).to.deep.equal(row);
    expect(linksOf(shapes.ring(five))).to.deep.equal([...row, '0>4', '4>0'].sort());
    expect(shapes.ring(three)).to.deep.equal([]);
  });

  it('every shape leaves a node that can decide, for every pivot', () => {
    for (const name of shapeNames) {
      for (const nodeCount of [3, 5, 7]) {
        for (let pivot = 0; pivot < nodeCount; pivot += 1) {
          const cut = shapes[name]({ nodeCount, pivot });
          const able = nodesWithQuorum(nodeCount, cut);
          // In a ring or a chain of seven nodes no node reaches four.
          const isSparse = nodeCount === 7 && ['ring', 'chained'].includes(name);
          expect(able.length > 0, `${name} of ${nodeCount} around ${pivot}`).to.equal(!isSparse);
          expect(new Set(written(cut)).size, 'each link once').to.equal(cut.length);
        }
      }
    }
  });
});
