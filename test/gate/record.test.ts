import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { gatePieces } from './pieces.ts';
import { appendPiece, type PieceEntry, readRecord, recordFile, tellRecord } from './record.ts';
import { gateSeeds } from './stages.ts';

const machine = { processor: 'x', coreCount: 2, memoryGiB: 24, system: 'Linux', node: 'v20' };
const entry: PieceEntry = {
  piece: 'one',
  commit: 'abc1234',
  machine,
  startedAt: '2026-11-30T01:02:03.000Z',
  seconds: 60,
  hasPassed: true,
  command: 'x.js',
  lastLine: 'PASS',
  counts: { seeds: 5000 },
};

describe('The record of the gate', () => {
  it('keeps earlier entries', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paxkv-gate-'));
    try {
      const file = join(folder, 'ledger.json');
      expect(readRecord(file)).to.deep.equal([]);
      appendPiece(file, entry);
      appendPiece(file, { ...entry, piece: 'two' });
      expect(readRecord(file).map(({ piece }) => piece)).to.deep.equal(['one', 'two']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says which pieces passed at a commit, which failed at last, and which are left', () => {
    const entries = [
      entry,
      { ...entry, piece: 'two', commit: 'other' },
      { ...entry, piece: 'three' },
      { ...entry, piece: 'three', hasPassed: false },
    ];
    const told = tellRecord(entries, { commit: 'abc1234', pieces: ['one', 'two', 'three'] });
    expect(told.split('\n')).to.deep.equal([
      'At abc1234 1 of 3 pieces have passed.',
      'Failed: three',
      'Left: two',
    ]);
  });

  it('that is in the tree names pieces of the gate, and no path of a machine', () => {
    const names = gatePieces().map(({ title }) => title);
    for (const { piece, command } of readRecord(recordFile)) {
      expect(names).to.include(piece);
      expect(command).to.not.match(/\/(?:work|home|root|tmp)\//);
    }
  });
});

describe('The pieces of the gate', () => {
  it('have different names, and run every seed of the gate once', () => {
    const pieces = gatePieces();
    expect(new Set(pieces.map(({ title }) => title)).size).to.equal(pieces.length);
    const ranges = pieces
      .filter(({ title }) => /^simulation \d+$/.test(title))
      .map(({ args }) => [Number(args[3]), Number(args[1])] as const)
      .sort(([a], [b]) => a - b);
    let next = gateSeeds.first;
    for (const [first, count] of ranges) {
      expect(first).to.equal(next);
      next = first + count;
    }
    expect(next).to.equal(gateSeeds.first + gateSeeds.count);
  });
});
