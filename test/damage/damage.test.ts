/** A small part of the damage matrix; `npm run damage` runs all of it. */
import { expect } from 'chai';
import {
  allCells,
  ciCells,
  damagedNodesOf,
  type Extent,
  nameOf,
  nodeCountOf,
  quickCells,
} from './cells.ts';
import { corruptions, targets } from './corruptions.ts';
import { runCell } from './run-cell.ts';
import { Template } from './template.ts';

describe('Damage to a cluster', function () {
  this.timeout(60_000);
  let template: Template;

  before(async () => {
    template = await Template.make(3);
  });
  after(() => template.remove());

  for (const cell of quickCells) {
    const claim = cell.extent === 'all' ? 'is repaired, or stops it' : 'is repaired by the others';
    it(`${nameOf(cell)}: ${claim}, and no value is ever wrong or lost`, async () => {
      const { fate, setAsideCount, givenUpCount } = await runCell(cell, template, 0.4);
      expect(fate).to.equal(cell.extent === 'all' ? 'stopped' : 'recovered');
      // Where all are damaged there is no quorum of others, and nobody gives up what it has. A journal whose only
      // segment in use was deleted has nothing left.
      if (cell.extent === 'all') expect(givenUpCount).to.equal(0);
      else expect(setAsideCount).to.equal(damagedNodesOf(cell).length);
    });
  }

  it('detects a wrong value', async () => {
    const [key] = template.values.keys();
    const wrong = Object.assign(Object.create(template), {
      values: new Map([...template.values, [key, 'another']]),
      cluster: () => template.cluster(),
      path: (node: number) => template.path(node),
    });
    const cell = { target: 'state log', corruption: 'deleted', extent: 'one' } as const;
    const outcome = await runCell(cell, wrong, 0).catch((error: unknown) => error);
    expect(String(outcome)).to.match(/node \d has .* at .*, not "another"/);
  });
});

describe('The damage matrix', () => {
  it('has every target, corruption and extent, also the share that runs with every change', () => {
    const extents: Extent[] = ['one', 'minority', 'all'];
    const names = new Set(allCells.map(({ target, corruption }) => `${target}, ${corruption}`));
    expect(allCells).to.have.length(names.size * extents.length);
    for (const target of Object.keys(targets)) {
      for (const corruption of Object.keys(corruptions)) {
        const isIn = corruption !== 'foreign' || target.endsWith('segment');
        expect(names.has(`${target}, ${corruption}`)).to.equal(isIn);
      }
    }
    expect(new Set(ciCells.map(({ target }) => target))).to.have.keys(Object.keys(targets));
    expect(new Set(ciCells.map(({ corruption }) => corruption))).to.have.keys(
      Object.keys(corruptions),
    );
    expect(new Set(ciCells.map(({ extent }) => extent))).to.have.keys(extents);
  });

  it('never damages more than a minority of the nodes where it says so', () => {
    for (const cell of allCells.filter(({ extent }) => extent !== 'all')) {
      expect(damagedNodesOf(cell).length).to.be.below(nodeCountOf(cell) / 2);
    }
  });
});
