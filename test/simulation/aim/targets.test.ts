import type { Message } from '@paxkv/paxos';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../unit/contracts/plain-mark.ts';
import type { Bytes } from '../witness.ts';
import { type Target, Targets } from './targets.ts';

const at = { atMs: 0, forMs: 0 };

describe('Targets', () => {
  let targets: Targets;
  let found: Target[];

  beforeEach(() => {
    targets = new Targets();
    found = [];
    targets.onTarget = (target) => found.push(target);
  });

  it('are servers that start again, and not those that start for the first time', () => {
    targets.onUp(0);
    targets.onUp(1);
    targets.onUp(1);
    expect(found).to.deep.equal([{ node: 1, reason: 'started again' }]);
  });

  it('are leaders whom another one replaced', () => {
    for (const [round, peer] of [
      [1, 0],
      [3, 0],
      [2, 1],
      [4, 2],
    ] as const)
      lead(round, peer);
    expect(found).to.deep.equal([{ node: 0, reason: 'deposed' }]);
  });

  it('are servers that were admitted again after they lost their memory', () => {
    const admitted = { type: 'incarnation', incarnation: 2, attempt: 1, isNew: false } as const;
    targets.onWrite(1, 'kept', [admitted]);
    targets.onWrite(1, 'lost', [{ ...admitted, votingFloor: 7 }]);
    targets.onWrite(2, 'kept', [{ ...admitted, isNew: true, votingFloor: -1 }]);
    expect(found).to.deep.equal([]);
    targets.onWrite(1, 'kept', [{ ...admitted, votingFloor: 7 }]);
    expect(found).to.deep.equal([{ node: 1, reason: 'admitted again' }]);
  });

  it('are servers that were paused, that hear late, or that a partition cuts off', () => {
    targets.onFault('begins', { kind: 'pause', ...at, node: 0 });
    targets.onFault('ends', { kind: 'pause', ...at, node: 0 });
    for (const direction of ['from', 'to'] as const)
      targets.onFault('begins', { kind: 'slow links', ...at, node: 1, direction, delayMsMean: 9 });
    const cuts = [
      { from: 0, to: 1 },
      { from: 0, to: 2 },
      { from: 1, to: 2 },
    ];
    targets.onFault('begins', { kind: 'partition', ...at, shape: 'any', cuts });
    targets.onFault('ends', { kind: 'partition', ...at, shape: 'any', cuts });
    targets.onFault('begins', { kind: 'partition', ...at, shape: 'none', cuts: [] });
    expect(found).to.deep.equal([
      { node: 0, reason: 'resumed' },
      { node: 1, reason: 'slow to hear' },
      { node: 2, reason: 'cut off' },
      { node: 2, reason: 'reached again' },
    ]);
  });

  function lead(round: number, peer: number): void {
    const message = { type: 'heartbeat', ballot: { round, peer } } as Message<Bytes>;
    targets.onSent({ from: peer, to: 9, ...nothingForgotten, mark: plainMark(), message });
  }
});
