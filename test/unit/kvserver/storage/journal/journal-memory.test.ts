import {
  encodeCheckpoint,
  noCheckpoint,
} from '@paxkv/kvserver/internal/storage/journal/checkpoint';
import {
  highestSeqIn,
  JournalMemory,
} from '@paxkv/kvserver/internal/storage/journal/journal-memory';
import type { JournalWrite } from '@paxkv/kvserver/internal/storage/journal/record-codec';
import {
  encodeGroup,
  joinGroups,
  recordKinds,
} from '@paxkv/kvserver/internal/storage/journal/record-payload';
import { RememberedWrites } from '@paxkv/kvserver/internal/storage/journal/remembered-writes';
import { expect } from 'chai';
import { plain, voteFor } from '../scratch.ts';

const promise: JournalWrite = { type: 'logPromised', ballot: { round: 4, peer: 1 } };
const earlier: JournalWrite = { type: 'logPromised', ballot: { round: 3, peer: 0 } };
const incarnation: JournalWrite = { type: 'incarnation', incarnation: 1, attempt: 0, isNew: true };

/** A record as it is read. `bytes`: its size on disk. */
function record(kind: number, pieces: readonly Uint8Array[], { index = 1, bytes = 100 } = {}) {
  const place = { kind, index, sequence: 2, offset: 64, bytes };
  return { ...place, payload: Buffer.concat(pieces) };
}

describe('Memory of a journal', () => {
  it('begins without a write, a round, anything forgotten or anything alive', () => {
    const memory = new JournalMemory();
    expect(memory.writeIndex).to.equal(0);
    expect(memory.liveBytes).to.equal(0);
    expect(memory.checkpoint).to.equal(noCheckpoint);
    expect(memory.checkpointFrom(1)).to.deep.equal(noCheckpoint);
  });

  it('makes a checkpoint of the last write, the highest round and min, and the latest of each other type', () => {
    const memory = new JournalMemory();
    memory.addGroup({ writeIndex: 1, writes: [earlier, incarnation, voteFor(3)] }, 1, 100);
    memory.addGroup({ writeIndex: 2, writes: [{ type: 'reserved', round: 9 }, promise] }, 1, 100);
    memory.addGroup({ writeIndex: 3, writes: [{ type: 'reserved', round: 8 }] }, 1, 100);
    memory.addGroup({ writeIndex: 4, writes: [{ type: 'forgotten', min: 2 }] }, 1, 100);
    memory.addGroup({ writeIndex: 5, writes: [{ type: 'forgotten', min: 1 }] }, 1, 100);
    expect(memory.checkpointFrom(7)).to.deep.equal({
      from: 7,
      writeIndex: 5,
      min: 2,
      round: 9,
      retained: [promise, incarnation],
    });
  });

  it('takes what a checkpoint says for what stood before it', () => {
    const memory = new JournalMemory();
    const checkpoint = { from: 5, writeIndex: 30, min: 20, round: 6, retained: [promise] };
    memory.addCheckpoint(checkpoint, 70);
    expect(memory.checkpoint).to.equal(checkpoint);
    expect(memory.checkpointFrom(5)).to.deep.equal(checkpoint);
    expect(memory.liveBytes).to.equal(70);
    memory.addCheckpoint({ ...checkpoint, from: 6, min: 10, round: 5 }, 40);
    expect(memory.checkpointFrom(6)).to.deep.equal({ ...checkpoint, from: 6 });
    expect(memory.liveBytes).to.equal(40);
    memory.addGroup({ writeIndex: 31, writes: [voteFor(19)] }, 1, 100);
    expect(memory.liveBytes).to.equal(40);
    memory.addGroup({ writeIndex: 32, writes: [voteFor(20)] }, 1, 100);
    expect(memory.liveBytes).to.equal(140);
  });

  it('begins with any write, as a journal does whose first segments went, and misses none from then on', () => {
    const memory = new JournalMemory();
    memory.addGroup({ writeIndex: 7, writes: [] }, 1, 100);
    for (const writeIndex of [6, 7, 9]) {
      expect(() => memory.addGroup({ writeIndex, writes: [] }, 1, 100)).to.throw(
        RangeError,
        `write ${writeIndex} follows write 7`,
      );
    }
    for (const writeIndex of [6, 8]) {
      expect(() => memory.addCheckpoint({ ...noCheckpoint, writeIndex }, 10)).to.throw(
        RangeError,
        `a checkpoint at write ${writeIndex} follows write 7`,
      );
    }
    memory.addCheckpoint({ ...noCheckpoint, writeIndex: 7 }, 10);
    memory.addGroup({ writeIndex: 8, writes: [] }, 1, 100);
    expect(memory.writeIndex).to.equal(8);
  });

  it('misses no write after the first one either', () => {
    const memory = new JournalMemory();
    memory.addGroup({ writeIndex: 1, writes: [] }, 1, 100);
    expect(() => memory.addGroup({ writeIndex: 3, writes: [] }, 1, 100)).to.throw(RangeError);
    expect(() => memory.addCheckpoint({ ...noCheckpoint, writeIndex: 3 }, 10)).to.throw(RangeError);
  });

  it('keeps nothing of what was written before a checkpoint', () => {
    const memory = new JournalMemory();
    const writes = new RememberedWrites();
    const group = encodeGroup({ writeIndex: 1, writes: [voteFor(1)] });
    memory.addRecord(record(recordKinds.group, group, { index: 1 }), writes);
    const checkpoint = encodeCheckpoint(memory.checkpointFrom(2));
    memory.addRecord(record(recordKinds.checkpoint, [checkpoint], { index: 2 }), writes);
    expect(writes.inOrder({ checkpoint: noCheckpoint, live: { min: 0 } })).to.deep.equal([]);
  });

  it('takes in every kind of record, and no other', () => {
    const memory = new JournalMemory();
    const writes = new RememberedWrites();
    const first = { writeIndex: 1, writes: [voteFor(1), promise] };
    const second = { writeIndex: 2, writes: [voteFor(2)] };
    memory.addRecord(record(recordKinds.group, encodeGroup(first), { index: 1 }), writes);
    memory.addRecord(record(recordKinds.group, encodeGroup(second), { index: 2 }), writes);
    expect(memory.live.bytesIn(2)).to.equal(200);
    const copy = encodeGroup({ writeIndex: 1, writes: [voteFor(1)] });
    const payload = joinGroups([copy]);
    memory.addRecord(record(recordKinds.moved, payload, { index: 3 }), writes);
    const copyBytes = Buffer.concat(payload).length + 32;
    expect(memory.live.bytesIn(2)).to.equal(100 + copyBytes);
    const checkpoint = memory.checkpointFrom(2);
    memory.addRecord(
      record(recordKinds.checkpoint, [encodeCheckpoint(checkpoint)], { index: 4, bytes: 64 }),
      writes,
    );
    expect(memory.checkpoint).to.deep.equal(checkpoint);
    expect(memory.liveBytes).to.equal(100 + copyBytes + 64);
    expect(writes.inOrder(memory).map(plain)).to.deep.equal(
      [promise, voteFor(1), voteFor(2)].map(plain),
    );
    expect(() => memory.addRecord(record(4, []))).to.throw(TypeError, 'no record of kind 4');
  });

  it('knows the highest instance that writes mention', () => {
    expect(highestSeqIn([])).to.equal(-1);
    expect(highestSeqIn([promise, { type: 'forgotten', min: 9 }])).to.equal(-1);
    expect(highestSeqIn([voteFor(0)])).to.equal(0);
    expect(highestSeqIn([voteFor(4), { type: 'decided', seq: 6 }, voteFor(5)])).to.equal(6);
  });
});
