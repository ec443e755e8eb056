/** Which file becomes the next segment, and which go. */
import type { SegmentFile } from '@paxkv/kvserver/internal/storage/index';
import { type Spare, segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import {
  headerBytesMax,
  parseHeader,
} from '@paxkv/kvserver/internal/storage/journal/segment-header';
import { Spares } from '@paxkv/kvserver/internal/storage/journal/spares';
import { expect } from 'chai';
import { owner } from './log-on-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';

const size = 1024;

/** Files of segments with these sequences, open as a log has them. */
async function segmentsOf(
  files: SimulatedFiles,
  sequences: readonly number[],
  bytes = size,
): Promise<readonly Spare[]> {
  const made: Spare[] = [];
  for (const sequence of sequences) {
    made.push({ sequence, file: await files.create(segmentName(sequence), bytes) });
  }
  await files.syncNames();
  return made;
}

function sequencesIn(files: SimulatedFiles): readonly string[] {
  return files.names.toSorted();
}

function namesOf(...sequences: readonly number[]): readonly string[] {
  return sequences.map(segmentName);
}

async function headerOf(file: SegmentFile): Promise<unknown> {
  const start = Buffer.alloc(headerBytesMax);
  await file.read(start, 0);
  return parseHeader(start);
}

describe('Spares of a log', () => {
  let files: SimulatedFiles;
  let spares: Spares;

  beforeEach(() => {
    files = new SimulatedFiles();
    spares = new Spares({ files, owner, size });
  });

  it('are made once, with a header that says so, and last through a power loss', async () => {
    expect(spares.isPrepared).to.equal(false);
    spares.prepare(4);
    expect(spares.isPrepared).to.equal(true);
    spares.prepare(4);
    await spares.settled();
    expect([files.writeCount, files.openCount]).to.deep.equal([1, 1]);
    const image = files.crashed({ after: files.stepCount, areNamesKept: false });
    expect([...image.keys()]).to.deep.equal(namesOf(4));
    const { sequence, file } = await spares.take(4);
    expect([sequence, file.size]).to.deep.equal([4, size]);
    expect(await headerOf(file)).to.deep.equal({
      type: 'valid',
      header: { state: 'spare', owner, sequence: 4, firstIndex: 0, previous: 0, size },
      bytes: 64,
    });
    expect(spares.isPrepared).to.equal(false);
  });

  it('are made when they are taken, if none was prepared or that failed', async () => {
    expect((await spares.take(1)).sequence).to.equal(1);
    files.failure = { after: 0, error: new Error('no space') };
    spares.prepare(2);
    await spares.settled().catch(() => {});
    expect(await spares.take(2).catch(String)).to.equal('Error: no space');
    files.failure = undefined;
    expect((await spares.take(2)).sequence).to.equal(2);
  });

  it('are never handed over for another segment', async () => {
    spares.prepare(4);
    expect(await spares.take(5).catch(String)).to.include('segment 5 comes next');
  });

  it('are made of the newest segment that goes; the others are removed, the oldest first', async () => {
    const segments = await segmentsOf(files, [1, 2, 3]);
    const before = files.stepCount;
    spares.retire(segments, 5);
    await spares.settled();
    expect(sequencesIn(files)).to.deep.equal(namesOf(5));
    expect(files.openCount).to.equal(1);
    const seen = new Set<string>();
    for (let after = before; after <= files.stepCount; after += 1) {
      const image = files.crashed({ after, areNamesKept: false });
      seen.add([...image.keys()].toSorted().join());
    }
    const wanted = [namesOf(1, 2, 3), namesOf(2, 3), namesOf(3), namesOf(5)];
    expect([...seen]).to.deep.equal(wanted.map((names) => names.join()));
    const { file } = await spares.take(5);
    expect(file).to.equal(segments[2]?.file);
    expect(await headerOf(file)).to.have.nested.property('header.state', 'spare');
  });

  it('are not made of a segment while there is one, or of one with another size', async () => {
    spares.prepare(5);
    spares.retire(await segmentsOf(files, [1, 2]), 5);
    await spares.settled();
    expect(sequencesIn(files)).to.deep.equal(namesOf(5));
    expect(files.openCount).to.equal(1);
    await spares.take(5);
    spares.retire(await segmentsOf(files, [3, 4], 2048), 6);
    await spares.settled();
    expect(sequencesIn(files)).to.deep.equal(namesOf(5));
    expect(spares.isPrepared).to.equal(false);
    spares.retire([], 6);
    expect(spares.isPrepared).to.equal(false);
  });

  it('that were found are kept if they come next, and the others are removed, the newest first', async () => {
    const found = await segmentsOf(files, [4, 5, 6]);
    const before = files.stepCount;
    spares.adopt(found, 4);
    await spares.settled();
    expect(sequencesIn(files)).to.deep.equal(namesOf(4));
    expect(files.crashed({ after: before + 2, areNamesKept: true })).to.have.all.keys(
      namesOf(4, 5),
    );
    const { file } = await spares.take(4);
    expect(file).to.equal(found[0]?.file);
    expect(await headerOf(file)).to.have.property('type', 'valid');
  });

  it('that were found go if they do not come next or have another size', async () => {
    spares.adopt(await segmentsOf(files, [5, 6]), 4);
    await spares.settled();
    expect(sequencesIn(files)).to.deep.equal([]);
    spares.adopt(await segmentsOf(files, [4], 2048), 4);
    await spares.settled();
    expect(sequencesIn(files)).to.deep.equal([]);
    expect([spares.isPrepared, files.openCount]).to.deep.equal([false, 0]);
    spares.adopt([], 4);
    expect(spares.isPrepared).to.equal(false);
  });

  it('fail with the removal before them, since a crash could leave a gap', async () => {
    files.isRemovingRefused = true;
    spares.retire(await segmentsOf(files, [1, 2], 2048), 4);
    expect(await spares.settled().catch(String)).to.equal('Error: EIO');
    files.isRemovingRefused = false;
    expect(await spares.take(4).catch(String)).to.equal('Error: EIO');
  });

  it('are closed with the log, also those that could not be removed, but not what was taken', async () => {
    await spares.take(1);
    files.isRemovingRefused = true;
    spares.retire(await segmentsOf(files, [2, 3], 2048), 4);
    spares.prepare(4);
    await spares.close();
    expect(files.openCount).to.equal(1);
    expect(spares.isPrepared).to.equal(false);
  });

  it('are closed once, ready, found, retired or still being made', async () => {
    spares.prepare(4);
    await spares.settled();
    await spares.close();
    expect(files.openCount).to.equal(0);
    await spares.close();
    expect(files.openCount).to.equal(0);
    const acts = [
      async () => spares.adopt(await segmentsOf(files, [7]), 7),
      async () => spares.retire(await segmentsOf(files, [8, 9]), 12),
      async () => spares.prepare(4),
    ];
    files.writeMs = 5;
    for (const act of acts) {
      spares = new Spares({ files, owner, size });
      await act();
      await spares.close();
      expect(files.openCount).to.equal(0);
      const { begunWriteCount } = files;
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect([files.openCount, files.begunWriteCount]).to.deep.equal([0, begunWriteCount]);
    }
  });

  it('leave no failure unhandled that `take` will tell of', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const acts = [
      async () => spares.prepare(4),
      async () => spares.adopt(await segmentsOf(files, [4]), 4),
      async () => spares.retire(await segmentsOf(files, [1]), 4),
    ];
    try {
      for (const act of acts) {
        spares = new Spares({ files, owner, size });
        files.failure = { after: 0, error: new Error('no space') };
        await act();
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(unhandled).to.deep.equal([]);
        expect(await spares.take(4).catch(String)).to.equal('Error: no space');
        await spares.close();
      }
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
