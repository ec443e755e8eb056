/** What a journal's log moves, what it drops, and which bound its size keeps. */
import { Checkpointer } from '@paxkv/kvserver/internal/storage/journal/checkpointer';
import { fragmentHeaderBytes } from '@paxkv/kvserver/internal/storage/journal/fragment';
import { openJournalLog } from '@paxkv/kvserver/internal/storage/journal/journal-log';
import { JournalMemory } from '@paxkv/kvserver/internal/storage/journal/journal-memory';
import type { JournalWrite } from '@paxkv/kvserver/internal/storage/journal/record-codec';
import {
  encodeGroup,
  groupsIn,
  joinGroups,
  payloadBytesOf,
  recordKinds,
} from '@paxkv/kvserver/internal/storage/journal/record-payload';
import { RememberedWrites } from '@paxkv/kvserver/internal/storage/journal/remembered-writes';
import { segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import { SegmentedLog } from '@paxkv/kvserver/internal/storage/journal/segmented-log';
import { expect } from 'chai';
import { OwnerInMemory, plain, voteFor } from '../scratch.ts';
import { owner, recordsIn } from './log-on-disk.ts';
import { type DiskImage, SimulatedFiles } from './simulated-files.ts';

type MovedGroups = readonly (readonly (number | string)[])[];

/** A log and what is known of it, written to as a journal does, without any upkeep of its own. */
class Bench {
  readonly files: SimulatedFiles;
  readonly memory = new JournalMemory();
  readonly log: SegmentedLog;
  readonly checkpointer: Checkpointer;

  private constructor(files: SimulatedFiles, log: SegmentedLog) {
    this.files = files;
    this.log = log;
    this.checkpointer = new Checkpointer(log, this.memory);
  }

  static async create(segmentBytes = 1024): Promise<Bench> {
    const files = new SimulatedFiles();
    return new Bench(files, await SegmentedLog.create({ files, owner, segmentBytes }));
  }

  async write(...writes: readonly JournalWrite[]): Promise<void> {
    const group = { writeIndex: this.memory.writeIndex + 1, writes };
    const { sequence, bytes } = await this.log.append(recordKinds.group, encodeGroup(group));
    this.memory.addGroup(group, sequence, bytes);
  }

  /** Votes for one instance after another until so many segments are in use. Gives the instance after the last. */
  async fill(segments: number, { from = 1, length = valueBytes } = {}): Promise<number> {
    let seq = from;
    for (; this.log.sequences.length < segments; seq += 1) await this.write(vote(seq, length));
    return seq;
  }

  forgetBelow(min: number): Promise<void> {
    return this.write({ type: 'forgotten', min });
  }

  /** The groups of each record of moved groups, each as its write index and what it holds. */
  async moved(): Promise<readonly MovedGroups[]> {
    const records = await recordsIn(this.files.image());
    return records
      .filter(({ kind }) => kind === recordKinds.moved)
      .map(({ kind, payload }) =>
        [...groupsIn(kind, payload)].map(({ writeIndex, writes }) => [
          writeIndex,
          ...writes.map((write) => ('seq' in write ? write.seq : write.type)),
        ]),
      );
  }

  /** How often a checkpoint was made of which the record is still there. */
  async checkpointCount(): Promise<number> {
    const records = await recordsIn(this.files.image());
    return records.filter(({ kind }) => kind === recordKinds.checkpoint).length;
  }
}

const valueBytes = 100;

function vote(seq: number, length = valueBytes): JournalWrite {
  return voteFor(seq, 'x'.repeat(length));
}

/** Opens what a disk holds, as a journal does after a restart. */
async function reopened(image: DiskImage) {
  const [memory, writes] = [new JournalMemory(), new RememberedWrites()];
  const options = { files: new SimulatedFiles(image), owner, segmentBytes: 1024 };
  await openJournalLog(options, new OwnerInMemory(owner), { memory, writes });
  return { memory, votes: writes.inOrder(memory).filter(({ type }) => type === 'accepted') };
}

describe('Checkpointer', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await Bench.create();
  });

  describe('is due', () => {
    const isDue = () => bench.checkpointer.isDue;

    it('never for one segment, whatever is alive in it', async () => {
      expect(isDue()).to.equal(false);
      await bench.write(vote(1));
      expect(isDue()).to.equal(false);
      await bench.forgetBelow(2);
      expect(isDue()).to.equal(false);
    });

    it('once the first segment has nothing that is alive', async () => {
      const next = await bench.fill(2);
      expect(isDue()).to.equal(false);
      await bench.forgetBelow(next - 2);
      expect(isDue()).to.equal(false);
      await bench.forgetBelow(next);
      expect(isDue()).to.equal(true);
    });

    it('not for a segment behind one in which something is alive', async () => {
      await bench.write(vote(1000, 800));
      const next = await bench.fill(3);
      await bench.write(vote(1001));
      await bench.forgetBelow(next);
      expect(bench.log.sequences).to.deep.equal([1, 2, 3]);
      expect(bench.memory.live.bytesIn(2)).to.equal(0);
      expect(isDue()).to.equal(false);
    });

    it('with a live log of one segment once three are in use', async () => {
      await bench.write(vote(1000));
      await bench.forgetBelow(await bench.fill(2));
      expect(isDue()).to.equal(false);
      await bench.fill(3);
      await bench.forgetBelow(1000);
      expect(isDue()).to.equal(true);
    });

    it('with a live log of three segments once six are in use', async () => {
      await bench.write(vote(1000, 2000));
      let seq = await bench.fill(5);
      await bench.forgetBelow(seq);
      expect(Math.ceil(bench.memory.liveBytes / bench.log.capacity)).to.equal(3);
      expect(isDue()).to.equal(false);
      seq = await bench.fill(6, { from: seq });
      await bench.forgetBelow(seq);
      expect(Math.ceil(bench.memory.liveBytes / bench.log.capacity)).to.equal(3);
      expect(isDue()).to.equal(true);
    });
  });

  describe('that runs', () => {
    it('does nothing while nothing is due', async () => {
      await bench.fill(2);
      const { writeCount } = bench.files;
      await bench.checkpointer.run();
      expect(bench.files.writeCount).to.equal(writeCount);
    });

    it('drops all dead segments at the front by one checkpoint, and moves nothing', async () => {
      const next = await bench.fill(4);
      await bench.forgetBelow(next);
      await bench.checkpointer.run();
      expect(bench.log.sequences).to.deep.equal([4]);
      expect(await bench.moved()).to.deep.equal([]);
      expect(await bench.checkpointCount()).to.equal(1);
      expect(bench.memory.checkpoint).to.deep.equal({
        ...{ from: bench.log.firstIndexOf(4), min: next, round: 0, retained: [] },
        writeIndex: bench.memory.writeIndex,
      });
    });

    it('writes again what is alive in front of much that is dead, and only that of it', async () => {
      await bench.write(vote(1), vote(1000), { type: 'reserved', round: 3 }, vote(2));
      const next = await bench.fill(3, { from: 3 });
      await bench.forgetBelow(next);
      await bench.checkpointer.run();
      expect(bench.log.sequences).to.deep.equal([3]);
      expect(await bench.moved()).to.deep.equal([[[1, 1000]]]);
      const { votes } = await reopened(bench.files.image());
      expect(votes.map(plain)).to.deep.equal([plain(vote(1000))]);
    });

    it('does not write again what was written again before', async () => {
      await bench.write(vote(1000));
      for (let round = 0, seq = 1; round < 4; round += 1) {
        seq = await bench.fill(3, { from: seq });
        await bench.forgetBelow(seq);
        await bench.checkpointer.run();
        expect(await bench.moved()).to.deep.equal([[[1, 1000]]]);
        expect(bench.log.sequences).to.have.length(1);
      }
    });

    it('knows the same of the log as one who reads it', async () => {
      await bench.write({ type: 'reserved', round: 6 }, vote(1000), vote(1));
      await bench.write(vote(1001), { type: 'logPromised', ballot: { round: 4, peer: 1 } });
      await bench.forgetBelow(await bench.fill(3));
      await bench.checkpointer.run();
      const { memory } = await reopened(bench.files.image());
      expect(memory.checkpoint).to.deep.equal(bench.memory.checkpoint);
      expect(memory.writeIndex).to.equal(bench.memory.writeIndex);
      expect(memory.liveBytes).to.equal(bench.memory.liveBytes);
      for (const sequence of bench.log.sequences) {
        expect(memory.live.bytesIn(sequence)).to.equal(bench.memory.live.bytesIn(sequence));
      }
    });

    it('loses nothing that is alive by a power loss at any moment', async () => {
      await bench.write(vote(1000), vote(1));
      await bench.write(vote(1001, 400));
      await bench.forgetBelow(await bench.fill(3));
      const before = bench.files.stepCount;
      await bench.checkpointer.run();
      await bench.log.settled();
      expect(bench.log.sequences).to.deep.equal([3]);
      for (let after = before; after <= bench.files.stepCount; after += 1) {
        const { votes } = await reopened(bench.files.crashed({ after, areNamesKept: false }));
        expect(votes.map(plain), `after step ${after - before}`).to.deep.equal(
          [vote(1000), vote(1001, 400)].map(plain),
        );
      }
    });

    it('ends once the last segment of its beginning is the first one, though more would be due', async () => {
      const peers = Array.from({ length: 170 }, () => ({ incarnation: 1, writeIndex: 1 }));
      await bench.write({ type: 'peerRecords', peers });
      await bench.forgetBelow(await bench.fill(4));
      await bench.checkpointer.run();
      // A checkpoint with these records takes a segment for itself.
      expect(bench.log.sequences).to.deep.equal([4, 5]);
      expect(await bench.checkpointCount()).to.equal(1);
      expect(bench.checkpointer.isDue).to.equal(true);
    });

    it('fails with the log, and drops nothing then', async () => {
      await bench.forgetBelow(await bench.fill(2));
      bench.files.failure = { after: 0, error: new Error('no space') };
      expect(await bench.checkpointer.run().catch(String)).to.equal('Error: no space');
      expect(bench.log.sequences).to.deep.equal([1, 2]);
    });
  });

  describe('that gathers', () => {
    it('moves all that is alive into one segment', async () => {
      await bench.write(vote(1000));
      await bench.fill(2);
      await bench.forgetBelow(1000);
      expect(bench.checkpointer.isScattered).to.equal(true);
      await bench.checkpointer.gather();
      expect(bench.log.sequences).to.deep.equal([2]);
      expect(bench.checkpointer.isScattered).to.equal(false);
      const { votes } = await reopened(bench.files.image());
      expect(votes.map(plain)).to.deep.equal([plain(vote(1000))]);
    });

    it('moves it once more if it did not fit behind what was there', async () => {
      await bench.write(vote(1000, 300));
      while (bench.log.fill < 0.7) await bench.write(vote(1));
      await bench.fill(2);
      while (bench.log.fill < 0.7) await bench.write(vote(1));
      await bench.forgetBelow(1000);
      expect(bench.log.sequences).to.deep.equal([1, 2]);
      await bench.checkpointer.gather();
      expect(bench.log.sequences).to.deep.equal([3]);
    });

    it('does nothing in one segment, however little is alive in it', async () => {
      await bench.write(vote(1));
      expect(bench.checkpointer.isScattered).to.equal(false);
      const { writeCount } = bench.files;
      await bench.checkpointer.gather();
      expect(bench.files.writeCount).to.equal(writeCount);
    });

    it('does nothing while more is alive than half a segment takes', async () => {
      const half = bench.log.capacity / 2;
      await bench.write(vote(1000, half - framingOf(half)));
      await bench.fill(2, { from: 2 });
      await bench.forgetBelow(1000);
      expect(bench.memory.liveBytes).to.equal(half);
      expect(bench.checkpointer.isScattered).to.equal(true);
      await bench.write(vote(1001, 1));
      expect(bench.checkpointer.isScattered).to.equal(false);
      const { writeCount } = bench.files;
      await bench.checkpointer.gather();
      expect(bench.files.writeCount).to.equal(writeCount);
    });
  });

  describe('that moves', () => {
    /** Moves groups, which take these bytes of a record, and says how many each record has. */
    async function batchesOf(sizes: readonly number[], segmentBytes = 1024) {
      bench = await Bench.create(segmentBytes);
      for (const [place, bytes] of sizes.entries()) {
        await bench.write(vote(1000 + place, 2 * bytes - movedBytes(bytes)));
      }
      await bench.forgetBelow(await bench.fill(4, { length: segmentBytes / 10 }));
      await bench.checkpointer.run();
      expect(bench.log.sequences).to.not.include(1);
      const moved = await bench.moved();
      expect(moved.flat()).to.deep.equal(sizes.map((_, place) => [1 + place, 1000 + place]));
      return moved.map(({ length }) => length);
    }

    it('puts groups into records of up to half a segment', async () => {
      expect(await batchesOf([160, 160, 160])).to.deep.equal([3]);
      expect(await batchesOf([161, 160, 160])).to.deep.equal([2, 1]);
      expect(await batchesOf([480, 240, 240])).to.deep.equal([1, 2]);
      expect(await batchesOf([700, 100])).to.deep.equal([1, 1]);
    });

    it('puts groups into records of up to one MiB, however large a segment is', async () => {
      const half = 512 * 1024;
      expect(await batchesOf([half, half, half], 4 * 1024 * 1024)).to.deep.equal([2, 1]);
      expect(await batchesOf([half + 1, half, half], 4 * 1024 * 1024)).to.deep.equal([1, 2]);
    });
  });

  describe('prepares the next segment', () => {
    async function isPrepared(): Promise<boolean> {
      bench.checkpointer.prepareNext();
      await bench.log.settled();
      const [last = 0] = bench.log.sequences.slice(-1);
      return bench.files.names.includes(segmentName(last + 1));
    }

    it('once the last one is half full', async () => {
      const half = 512 - 64;
      for (const [bytes, isReady] of [
        [half - 8, false],
        [half, true],
      ] as const) {
        bench = await Bench.create();
        await bench.write(vote(1, bytes - framingOf(bytes)));
        expect(bench.log.fill).to.equal((64 + bytes) / 1024);
        expect(await isPrepared()).to.equal(isReady);
      }
    });

    it('within the bound, which is twice the live log and one segment', async () => {
      for (const [inUse, isReady] of [
        [2, true],
        [3, false],
      ] as const) {
        bench = await Bench.create();
        await bench.fill(inUse);
        await bench.forgetBelow(1000);
        while (bench.log.fill < 0.6) await bench.write(vote(1));
        expect(bench.log.sequences).to.have.length(inUse);
        expect(await isPrepared()).to.equal(isReady);
      }
    });

    it('of a large live log sooner than the bound of a small one allows', async () => {
      await bench.write(vote(1000, 900));
      await bench.fill(4, { length: 600 });
      await bench.forgetBelow(1000);
      while (bench.log.fill < 0.6) await bench.write(vote(1));
      expect(bench.log.sequences).to.have.length(4);
      expect(Math.ceil(bench.memory.liveBytes / bench.log.capacity)).to.equal(2);
      expect(await isPrepared()).to.equal(true);
    });
  });
});

/** What a vote takes on the disk besides its value, where its record takes about so many bytes. */
function framingOf(bytes: number): number {
  const { length } = Buffer.concat(
    encodeGroup({ writeIndex: 1, writes: [vote(1000, bytes - 50)] }),
  );
  return fragmentHeaderBytes + length - (bytes - 50);
}

/** The bytes of a record of moved groups that a vote for a value of this length takes. */
function movedBytes(length: number): number {
  const group = { writeIndex: 1, writes: [vote(1000, length)] };
  return payloadBytesOf(joinGroups([encodeGroup(group)]));
}
