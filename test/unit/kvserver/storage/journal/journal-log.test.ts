/** Which logs a journal begins with, and which it refuses: nothing that is needed may be missing at either end. */
import {
  encodeCheckpoint,
  noCheckpoint,
} from '@paxkv/kvserver/internal/storage/journal/checkpoint';
import { openJournalLog } from '@paxkv/kvserver/internal/storage/journal/journal-log';
import { JournalMemory } from '@paxkv/kvserver/internal/storage/journal/journal-memory';
import { encodeGroup, recordKinds } from '@paxkv/kvserver/internal/storage/journal/record-payload';
import { RememberedWrites } from '@paxkv/kvserver/internal/storage/journal/remembered-writes';
import { segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import type { SegmentedLog } from '@paxkv/kvserver/internal/storage/journal/segmented-log';
import { expect } from 'chai';
import { OwnerInMemory, plain, refusalOf, voteFor } from '../scratch.ts';
import { LogOnDisk } from './log-on-disk.ts';
import { type DiskImage, SimulatedFiles, withFile } from './simulated-files.ts';

const segmentBytes = 1024;

/** Opens the journal's log on these files. */
async function open(files: SimulatedFiles, facts: Partial<OwnerInMemory> = {}) {
  const owner = Object.assign(new OwnerInMemory(), facts);
  const [memory, writes] = [new JournalMemory(), new RememberedWrites()];
  const options = { files, owner: owner.name, segmentBytes };
  const log = await openJournalLog(options, owner, { memory, writes });
  return { log, memory, writes };
}

/** The refusal of this disk, which must be as it was, with all of its files closed. */
async function refusal(image: DiskImage, facts: Partial<OwnerInMemory> = {}) {
  const files = new SimulatedFiles(image);
  const { stepCount } = files;
  const error = await refusalOf(open(files, facts));
  expect([files.openCount, files.stepCount]).to.deep.equal([0, stepCount]);
  return error;
}

/** Opens this disk, and says which segments are in use and on the disk once all is settled. */
async function segmentsAfter(image: DiskImage): Promise<readonly (readonly unknown[])[]> {
  const files = new SimulatedFiles(image);
  const { log } = await open(files);
  await log.settled();
  const inUse = log.sequences;
  await log.close();
  return [inUse, files.names.toSorted()];
}

/** Appends writes, one record each, until so many segments are in use. Gives the index of the last write. */
async function fill(log: SegmentedLog, count: number): Promise<number> {
  let writeIndex = 0;
  while (log.sequences.length < count) {
    writeIndex += 1;
    const group = { writeIndex, writes: [voteFor(writeIndex, 'x'.repeat(100))] };
    await log.append(recordKinds.group, encodeGroup(group));
  }
  return writeIndex;
}

/** A disk with three segments of votes. */
async function filled(): Promise<{ image: DiskImage; writeIndex: number }> {
  const disk = new LogOnDisk();
  let writeIndex = 0;
  await disk.use(async (log) => {
    writeIndex = await fill(log, 3);
  });
  return { image: disk.image, writeIndex };
}

/** The same with a checkpoint at the end, which needs nothing before the second segment. */
async function checkpointed(): Promise<DiskImage> {
  const disk = new LogOnDisk();
  await disk.use(async (log) => {
    const writeIndex = await fill(log, 3);
    const checkpoint = { ...noCheckpoint, from: log.firstIndexOf(2), writeIndex };
    await log.append(recordKinds.checkpoint, [encodeCheckpoint(checkpoint)]);
  });
  return disk.image;
}

describe('Log of a journal', () => {
  it('is made where there is none, and is one segment that outlasts a power loss', async () => {
    const files = new SimulatedFiles();
    const { log, memory } = await open(files);
    expect(log.sequences).to.deep.equal([1]);
    expect(memory.writeIndex).to.equal(0);
    const image = files.crashed({ after: files.stepCount, areNamesKept: false });
    expect([...image.keys()]).to.deep.equal([segmentName(1)]);
  });

  it('gives what it holds to the memory and the writes', async () => {
    const { image, writeIndex } = await filled();
    const { memory, writes } = await open(new SimulatedFiles(image));
    expect(memory.writeIndex).to.equal(writeIndex);
    expect(memory.live.bytes).to.be.above(2 * segmentBytes - 200);
    const votes = Array.from({ length: writeIndex }, (_, at) => voteFor(at + 1, 'x'.repeat(100)));
    expect(writes.inOrder(memory).map(plain)).to.deep.equal(votes.map(plain));
  });

  describe('that is absent', () => {
    it('is made anew once its loss is recorded', async () => {
      const { log } = await open(new SimulatedFiles(), { hasVoted: true });
      expect(log.sequences).to.deep.equal([1]);
    });

    it('is lost memory if it is known to have had a record', async () => {
      const { code, message } = await refusal(new Map(), { writeIndexReached: 1 });
      expect(code).to.equal('DISK_AMNESIA');
      expect(message).to.match(/The node has voted, and its journal is absent\. .*repair/);
    });
  });

  describe('of which only segments that are not in use are left', () => {
    const image: DiskImage = new Map([[segmentName(2), Buffer.alloc(segmentBytes)]]);

    it('is lost memory if its owner has voted', async () => {
      const { code, message } = await refusal(image, { hasVoted: true });
      expect(code).to.equal('DISK_AMNESIA');
      expect(message).to.include('its journal is empty');
    });

    it('is made anew if its owner has not', async () => {
      expect(await segmentsAfter(image)).to.deep.equal([[1], [segmentName(1)]]);
    });
  });

  describe('whose first segment is missing', () => {
    it('is damaged in the first one there is, if no checkpoint makes it superfluous', async () => {
      const { image } = await filled();
      const { code, message } = await refusal(withFile(image, segmentName(1), () => undefined));
      expect(code).to.equal('DISK_JOURNAL_DAMAGED');
      expect(message).to.match(
        /in 0{15}2\.wal: fragment 1 and those behind it are missing before fragment \d+\. /,
      );
    });

    it('is damaged in the file that was it, if that is there', async () => {
      const { image } = await filled();
      const hurt = withFile(image, segmentName(1), (bytes) => bytes.fill(0, 0, 64));
      const { code, message } = await refusal(hurt);
      expect(code).to.equal('DISK_JOURNAL_DAMAGED');
      expect(message).to.match(
        /in 0{15}1\.wal: it does not begin with a header, and fragment 1 and those behind it are missing before/,
      );
    });

    it('is whole if its last checkpoint needs nothing of it', async () => {
      const image = withFile(await checkpointed(), segmentName(1), () => undefined);
      expect(await segmentsAfter(image)).to.deep.equal([[2, 3], [2, 3].map(segmentName)]);
    });

    it('is damaged if its last checkpoint needs the second one as well, and that is missing too', async () => {
      const image = await checkpointed();
      const without = [1, 2].reduce(
        (left, sequence) => withFile(left, segmentName(sequence), () => undefined),
        image,
      );
      expect((await refusal(without)).code).to.equal('DISK_JOURNAL_DAMAGED');
    });
  });

  describe('whose end is known', () => {
    it('is damaged if it does not reach the last write that is known to have been made', async () => {
      const { image, writeIndex } = await filled();
      const { code, message } = await refusal(image, { writeIndexReached: writeIndex + 1 });
      expect(code).to.equal('DISK_JOURNAL_DAMAGED');
      expect(message).to.include(
        `${segmentName(3)}: it ends with write ${writeIndex}, and write ${writeIndex + 1} was made`,
      );
    });

    it('is whole if it reaches just that write, or goes beyond it', async () => {
      const { image, writeIndex } = await filled();
      for (const writeIndexReached of [writeIndex, writeIndex - 1]) {
        const { log } = await open(new SimulatedFiles(image), { writeIndexReached });
        expect(log.sequences).to.deep.equal([1, 2, 3]);
      }
    });
  });

  it('loses the segments that its last checkpoint does not need, and goes on behind it', async () => {
    const image = await checkpointed();
    expect(await segmentsAfter(image)).to.deep.equal([[2, 3], [2, 3, 4].map(segmentName)]);
    const { log } = await open(new SimulatedFiles(image));
    expect((await log.append(recordKinds.group, [])).sequence).to.equal(3);
  });

  it('is closed again if it cannot be started', async () => {
    const { image } = await filled();
    const files = new SimulatedFiles(image);
    files.failure = { after: 0, error: new Error('no space') };
    expect(await open(files).catch(String)).to.equal('Error: no space');
    expect(files.openCount).to.equal(0);
  });
});
