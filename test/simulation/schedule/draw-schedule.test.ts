import { expect } from 'chai';
import { drawSchedule } from './draw-schedule.ts';
import type { DamagedJournal, Fault, LostMemory } from './fault.ts';
import { type Hazard, hazards } from './schedule.ts';

const schedules = Array.from({ length: 400 }, (_, place) => drawSchedule(place + 1));

describe('drawSchedule', () => {
  it('draws the same from the same seed, and otherwise from another', () => {
    expect(drawSchedule(7)).to.deep.equal(schedules[6]);
    expect(schedules[7]).to.not.deep.equal(schedules[6]);
  });

  it('draws clusters of 1 to 7 nodes, each for a minute at least', () => {
    expect(new Set(schedules.map(({ nodeCount }) => nodeCount))).to.have.all.keys([
      1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(Math.min(...schedules.map(({ durationMs }) => durationMs))).to.be.at.least(60_000);
  });

  it('draws twenty faults or more for most seeds, ordered by their start', () => {
    const counts = schedules.map(({ faults }) => faults.length).sort((a, b) => a - b);
    expect(counts[200]).to.be.at.least(20);
    for (const { faults } of schedules) {
      const times = faults.map(({ atMs }) => atMs);
      expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    }
  });

  it('switches each hazard on in some seeds and off in others', () => {
    const shareOf = (kind: Hazard) =>
      schedules.filter((schedule) => schedule.hazards.includes(kind)).length / schedules.length;
    for (const kind of hazards) {
      // Most logs have a small budget, without which no quorum truncates within a run.
      // Few runs have real journals, which can be damaged.
      const [least, most] = shares[kind] ?? [0.45, 0.75];
      expect(shareOf(kind), kind).to.be.within(least, most);
    }
    const mixtures = new Set(schedules.map((schedule) => schedule.hazards.join()));
    expect(mixtures.size).to.be.above(390);
  });

  it('draws no fault of a kind that is off', () => {
    for (const { faults, hazards: on } of schedules) {
      for (const { kind } of faults) expect(on).to.include(kind);
    }
  });

  it('takes the memory of no more nodes than may be lost', () => {
    for (const { faults, nodeCount } of schedules) {
      const nodes = faults.flatMap((fault) => (isLoss(fault) ? [fault.node] : []));
      expect(new Set(nodes).size).to.be.at.most(Math.floor((nodeCount - 1) / 2));
    }
  });

  it('damages journals only where they are real', () => {
    const damaged = schedules.filter(({ faults }) =>
      faults.some(({ kind }) => kind === 'damaged journal'),
    );
    expect(damaged.length).to.be.above(10);
    for (const { segmentBytes } of damaged) expect(segmentBytes).to.be.at.least(1_024);
    expect(schedules.some(({ segmentBytes }) => segmentBytes === undefined)).to.equal(true);
  });

  it('names only nodes and clients that exist', () => {
    for (const { faults, nodeCount, load } of schedules) {
      for (const fault of faults) {
        const nodes = 'node' in fault ? [fault.node] : 'nodes' in fault ? fault.nodes : [];
        const linked = fault.kind === 'partition' ? fault.cuts : [];
        const named = [...nodes, ...linked.flatMap(({ from, to }) => [from, to])];
        for (const node of named) expect(node).to.be.within(0, nodeCount - 1);
        if (fault.kind !== 'lost client link') continue;
        for (const client of fault.clients) expect(client).to.be.within(0, load.clientCount - 1);
      }
    }
  });

  it('breaks networks in many shapes, in both directions and in one', () => {
    const partitions = schedules.flatMap(({ faults }) =>
      faults.flatMap((fault) => (fault.kind === 'partition' ? [fault] : [])),
    );
    expect(new Set(partitions.map(({ shape }) => shape)).size).to.equal(24);
    const isCutBack = (links: readonly { from: number; to: number }[]) =>
      links.every(({ from, to }) => links.some((link) => link.from === to && link.to === from));
    const symmetric = partitions.filter(({ cuts }) => cuts.length > 0 && isCutBack(cuts));
    expect(symmetric.length / partitions.length).to.be.within(0.2, 0.6);
  });
});

const shares: Partial<Record<Hazard, [number, number]>> = {
  'small log budget': [0.8, 0.97],
  'damaged journal': [0.08, 0.25],
  'narrow links': [0.2, 0.4],
};

function isLoss(fault: Fault): fault is LostMemory | DamagedJournal {
  return fault.kind === 'lost memory' || fault.kind === 'damaged journal';
}
