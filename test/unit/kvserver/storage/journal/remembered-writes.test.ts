import { JournalMemory } from '@paxkv/kvserver/internal/storage/journal/journal-memory';
import type { JournalWrite } from '@paxkv/kvserver/internal/storage/journal/record-codec';
import { RememberedWrites } from '@paxkv/kvserver/internal/storage/journal/remembered-writes';
import { expect } from 'chai';

function vote(seq: number): JournalWrite {
  return { type: 'accepted', seq, ballot: { round: 1, peer: 0 }, value: Uint8Array.of(seq) };
}

describe('RememberedWrites', () => {
  let writes: RememberedWrites;
  let memory: JournalMemory;

  beforeEach(() => {
    writes = new RememberedWrites();
    memory = new JournalMemory();
  });

  function checkpointAt(from: number, min: number): void {
    const retained: JournalWrite[] = [{ type: 'logPromised', ballot: { round: 9, peer: 2 } }];
    memory.addCheckpoint({ from, writeIndex: 3, min, round: 7, retained }, 100);
    writes.trim(memory);
  }

  it('are in the order in which they were made', () => {
    for (const seq of [1, 2, 3]) writes.add(seq, { writeIndex: seq, writes: [vote(seq)] });
    expect(writes.inOrder(memory)).to.deep.equal([vote(1), vote(2), vote(3)]);
  });

  it('come first from the group itself, and from its copy once a checkpoint has replaced it', () => {
    const promise: JournalWrite = { type: 'reserved', round: 7 };
    writes.add(1, { writeIndex: 1, writes: [vote(1), promise] });
    writes.add(2, { writeIndex: 2, writes: [vote(2)] });
    writes.add(3, { writeIndex: 1, writes: [vote(1)] });
    expect(writes.inOrder(memory)).to.deep.equal([vote(1), promise, vote(2)]);
    checkpointAt(2, 0);
    expect(writes.inOrder(memory)).to.deep.equal([
      { type: 'logPromised', ballot: { round: 9, peer: 2 } },
      { type: 'reserved', round: 7 },
      vote(1),
      vote(2),
    ]);
  });

  it('have nothing about what is forgotten', () => {
    for (const seq of [1, 2]) writes.add(seq, { writeIndex: seq, writes: [vote(seq)] });
    checkpointAt(1, 2);
    expect(writes.inOrder(memory).slice(2)).to.deep.equal([{ type: 'forgotten', min: 2 }, vote(2)]);
  });

  it('have what a checkpoint says from the first round and the first instance on', () => {
    const retained: JournalWrite[] = [];
    const at = (min: number, round: number) =>
      writes.inOrder({
        checkpoint: { from: 1, writeIndex: 3, min, round, retained },
        live: memory.live,
      });
    expect(at(0, 0)).to.deep.equal([]);
    expect(at(1, 1)).to.deep.equal([
      { type: 'reserved', round: 1 },
      { type: 'forgotten', min: 1 },
    ]);
  });

  it('are only those from the checkpoint on, and no others are kept once it is known', () => {
    for (const seq of [1, 2, 3]) writes.add(seq, { writeIndex: seq, writes: [vote(seq)] });
    const checkpoint = { from: 2, writeIndex: 3, min: 0, round: 0, retained: [] };
    expect(writes.inOrder({ checkpoint, live: memory.live })).to.deep.equal([vote(2), vote(3)]);
    writes.trim({ checkpoint });
    expect(writes.inOrder(memory)).to.deep.equal([vote(2), vote(3)]);
  });
});
