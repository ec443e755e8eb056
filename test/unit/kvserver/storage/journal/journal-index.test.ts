import { newBase } from '@paxkv/kvserver/internal/storage/journal/journal-base';
import { dropCountMin, JournalIndex } from '@paxkv/kvserver/internal/storage/journal/journal-index';
import { expect } from 'chai';
import { voteFor } from '../scratch.ts';

describe('Index of the journal', () => {
  /** One vote per turn, for instances 0, 1, 2 and so on. */
  function indexOf(turnCount: number): JournalIndex {
    const index = new JournalIndex(newBase);
    for (let seq = 0; seq < turnCount; seq++) index.add([voteFor(seq)], checksumOf(seq + 1));
    return index;
  }

  function checksumOf(turn: number): Buffer {
    return Buffer.alloc(16, turn);
  }

  it('drops nothing that is not forgotten', () => {
    expect(indexOf(1000).nextBase()).to.equal(undefined);
  });

  it('drops the turns below min, and reconnects the chain', () => {
    const index = indexOf(200);
    index.add([{ type: 'forgotten', min: 150 }], checksumOf(201));
    expect(index.nextBase()).to.deep.equal({
      firstIndex: 151,
      previous: checksumOf(150),
      writtenAt: 202,
      min: 150,
      round: 0,
      retained: [],
    });
  });

  it('keeps the latest write of each kind about incarnations', () => {
    const index = indexOf(200);
    const incarnation = { type: 'incarnation', incarnation: 2, attempt: 7, isNew: false } as const;
    const met = { type: 'peerRecords', peers: [{ incarnation: 2, writeIndex: 0 }] } as const;
    index.add([incarnation, met, { ...incarnation, votingFloor: 9 }], checksumOf(201));
    index.add([{ type: 'forgotten', min: 202 }], checksumOf(202));
    const base = index.nextBase();
    expect(base?.retained).to.deep.equal([{ ...incarnation, votingFloor: 9 }, met]);
  });

  it('waits until enough can be dropped', () => {
    const index = indexOf(200);
    index.add([{ type: 'forgotten', min: dropCountMin - 1 }], checksumOf(201));
    expect(index.nextBase()).to.equal(undefined);
    index.add([{ type: 'forgotten', min: dropCountMin }], checksumOf(202));
    expect(index.nextBase()?.firstIndex).to.equal(dropCountMin + 1);
  });

  it('stops at the first turn that mentions a remembered instance', () => {
    const index = indexOf(100);
    index.add([voteFor(5000), voteFor(100)], checksumOf(101));
    for (let seq = 101; seq < 200; seq++) index.add([voteFor(seq)], checksumOf(seq));
    index.add([{ type: 'forgotten', min: 200 }], checksumOf(201));
    expect(index.nextBase()?.firstIndex).to.equal(101);
  });

  it('keeps the highest round and min, and never lowers them', () => {
    const index = new JournalIndex({ ...newBase, min: 7, round: 90 });
    index.add([{ type: 'forgotten', min: 3 }], checksumOf(1));
    index.add([{ type: 'reserved', round: 40 }], checksumOf(2));
    for (let turn = 3; turn < 100; turn++) index.add([voteFor(0)], checksumOf(turn));
    expect(index.nextBase()).to.include({ min: 7, round: 90 });
  });

  it('continues where the last drop ended', () => {
    const index = indexOf(100);
    index.add([{ type: 'forgotten', min: 100 }], checksumOf(101));
    const base = index.nextBase();
    if (base !== undefined) index.dropTo(base);
    expect(index.base.firstIndex).to.equal(102);
    expect(index.writeIndex).to.equal(101);
    expect(index.checksum).to.deep.equal(checksumOf(101));
    expect(index.nextBase()).to.equal(undefined);
  });

  it('drops a large backlog in portions', () => {
    const index = indexOf(10_000);
    index.add([{ type: 'forgotten', min: 10_000 }], checksumOf(1));
    expect(index.nextBase()?.firstIndex).to.be.within(1000, 5000);
  });
});
