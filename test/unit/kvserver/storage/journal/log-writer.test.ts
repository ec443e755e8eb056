/** Where the fragments of a record go, and in which order segments begin. */
import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import { parseFragmentHeader } from '@paxkv/kvserver/internal/storage/journal/fragment';
import { openLogFiles } from '@paxkv/kvserver/internal/storage/journal/log-files';
import { LogWriter } from '@paxkv/kvserver/internal/storage/journal/log-writer';
import { type LogRecord, readLog } from '@paxkv/kvserver/internal/storage/journal/record-reader';
import {
  type LogEnd,
  type Segment,
  segmentName,
} from '@paxkv/kvserver/internal/storage/journal/segment';
import { parseHeader } from '@paxkv/kvserver/internal/storage/journal/segment-header';
import { Spares } from '@paxkv/kvserver/internal/storage/journal/spares';
import { expect } from 'chai';
import { owner as name } from './log-on-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';

const owner = { name, seed: crc32c(Buffer.from(name)) };
const size = 1024;
const headerBytes = 64;
/** The largest payload of the first fragment of a segment. */
const roomMax = size - headerBytes - 32;
const start: LogEnd = { offset: headerBytes, nextIndex: 1, previous: 0 };

/** Parts of a record: the first, the last, both, or neither. */
const [middle, first, last, whole] = [0, 1, 2, 3];

describe('Writer of a log', () => {
  let files: SimulatedFiles;
  let spares: Spares;
  let writer: LogWriter;
  let begun: Segment[];

  beforeEach(async () => {
    files = new SimulatedFiles();
    spares = new Spares({ files, owner: name, size });
    begun = [];
    const active = await LogWriter.begin(spares, owner, 1, start);
    writer = writerFrom(active, start);
  });

  function writerFrom(active: Segment, end: LogEnd): LogWriter {
    return new LogWriter({
      ...{ owner, spares, active, end },
      onBegun: (segment) => begun.push(segment),
    });
  }

  function appendBytes(length: number): ReturnType<LogWriter['append']> {
    return writer.append(1, [Buffer.alloc(length, 7)]);
  }

  /** What the disk holds of the log. */
  async function readBack(): Promise<{ records: LogRecord[]; end: LogEnd }> {
    const found = await openLogFiles(new SimulatedFiles(files.image()), owner);
    const records: LogRecord[] = [];
    const { end } = await readLog({
      ...{ segments: found.segments, owner: name, seed: owner.seed },
      onRecord: (record) => records.push({ ...record, payload: Buffer.from(record.payload) }),
    });
    return { records, end };
  }

  /** Each fragment as its segment, its part of the record and the bytes of its payload. */
  function fragments(): number[][] {
    const found: number[][] = [];
    for (const [file, content] of [...files.image()].toSorted()) {
      for (let offset = headerBytes; offset + 32 <= content.length; ) {
        const { sequence, part, payloadBytes } = parseFragmentHeader(content.subarray(offset));
        if (segmentName(sequence) !== file) break;
        found.push([sequence, part, payloadBytes]);
        offset += Math.ceil((32 + payloadBytes) / 8) * 8;
      }
    }
    return found;
  }

  describe('begins a segment that', () => {
    it('is named and in use after a power loss, and names what it follows', async () => {
      const end = { offset: 500, nextIndex: 42, previous: 99 };
      const { sequence, firstIndex, previous } = await LogWriter.begin(spares, owner, 7, end);
      expect({ sequence, firstIndex, previous }).to.deep.equal({
        sequence: 7,
        firstIndex: 42,
        previous: 99,
      });
      const image = files.crashed({ after: files.stepCount, areNamesKept: false });
      expect(parseHeader(image.get(segmentName(7)) ?? Buffer.alloc(0))).to.deep.equal({
        type: 'valid',
        header: { state: 'used', owner: name, sequence: 7, firstIndex: 42, previous: 99, size },
        bytes: headerBytes,
      });
    });

    it('is closed again if its header cannot be written', async () => {
      spares.prepare(2);
      await spares.settled();
      const { openCount } = files;
      files.failure = { after: 0, error: new Error('no space') };
      const outcome = await LogWriter.begin(spares, owner, 2, start).catch(String);
      expect(outcome).to.equal('Error: no space');
      expect(files.openCount).to.equal(openCount - 1);
    });
  });

  it('says where a record is and how much of the disk it takes, and goes on behind it', async () => {
    expect(await appendBytes(3)).to.deep.equal({ index: 1, sequence: 1, bytes: 40 });
    expect(writer.end).to.include({ offset: headerBytes + 40, nextIndex: 2 });
    expect(await appendBytes(40)).to.deep.equal({ index: 2, sequence: 1, bytes: 72 });
    expect(writer.end).to.include({ offset: headerBytes + 112, nextIndex: 3 });
    const { records, end } = await readBack();
    expect(records.map(({ index, offset }) => [index, offset])).to.deep.equal([
      [1, headerBytes],
      [2, headerBytes + 40],
    ]);
    expect(end).to.deep.equal(writer.end);
  });

  it('continues a log where it ends', async () => {
    await appendBytes(100);
    const { segments } = await openLogFiles(files, owner);
    const [active] = segments;
    if (active === undefined) throw new Error('there is no segment');
    writer = writerFrom(active, writer.end);
    expect(await writer.append(9, [Buffer.from('later')])).to.include({ index: 2, sequence: 1 });
    const { records } = await readBack();
    expect(records.map(({ kind }) => kind)).to.deep.equal([1, 9]);
    expect(records[1]?.payload.toString()).to.equal('later');
  });

  it('flushes a record that fits into its segment in one write', async () => {
    const { writeCount } = files;
    await writer.append(1, [Buffer.alloc(100), Buffer.alloc(0), Buffer.alloc(roomMax - 100)]);
    expect(files.writeCount - writeCount).to.equal(1);
    expect(fragments()).to.deep.equal([[1, whole, roomMax]]);
    expect(begun).to.deep.equal([]);
  });

  it('continues what does not fit in the next segments, as one record with one place', async () => {
    const payload = Buffer.from(Uint8Array.from({ length: 2 * roomMax + 10 }, (_, at) => at % 251));
    await appendBytes(8);
    const pieces = [payload.subarray(0, 700), payload.subarray(700, 1500), payload.subarray(1500)];
    const appended = await writer.append(5, pieces);
    expect(fragments()).to.deep.equal([
      [1, whole, 8],
      [1, first, roomMax - 40],
      [2, middle, roomMax],
      [3, last, 50],
    ]);
    expect(appended).to.deep.equal({ index: 2, sequence: 1, bytes: 920 + 960 + 88 });
    const { records } = await readBack();
    expect(records[1]).to.deep.equal({
      ...{ ...appended, kind: 5, offset: headerBytes + 40 },
      payload,
    });
  });

  it('ends a record with its segment where both end at once', async () => {
    await appendBytes(2 * roomMax);
    expect(fragments()).to.deep.equal([
      [1, first, roomMax],
      [2, last, roomMax],
    ]);
    expect(begun.map(({ sequence }) => sequence)).to.deep.equal([2]);
  });

  it('begins the next segment for a record of which no byte fits, and says that it is there', async () => {
    await appendBytes(roomMax - 32);
    expect(await appendBytes(1)).to.deep.equal({ index: 2, sequence: 2, bytes: 40 });
    expect(fragments().slice(1)).to.deep.equal([[2, whole, 1]]);
  });

  it('has a record without a payload behind a record that leaves room for its header alone', async () => {
    await appendBytes(roomMax - 32);
    expect(await writer.append(1, [])).to.deep.equal({ index: 2, sequence: 1, bytes: 32 });
    expect(begun).to.deep.equal([]);
    expect(await writer.append(1, [])).to.deep.equal({ index: 3, sequence: 2, bytes: 32 });
    expect((await readBack()).records).to.have.length(3);
  });

  it('hands each segment over before it has a fragment, and names in it the fragment before', async () => {
    await appendBytes(roomMax);
    const { previous } = writer.end;
    const before = files.stepCount;
    await appendBytes(1);
    expect(begun).to.have.length(1);
    expect(begun[0]).to.include({ sequence: 2, firstIndex: 2, previous });
    const writes = Array.from({ length: files.stepCount - before }, (_, step) =>
      files.bytesOf(before + step),
    ).filter((bytes) => bytes > 0);
    // The header of the spare, that of the segment, the fragment.
    expect(writes).to.deep.equal([headerBytes, headerBytes, 40]);
  });

  it('has the whole record or nothing of it after a power loss at any moment', async () => {
    await appendBytes(600);
    const before = files.stepCount;
    await appendBytes(2000);
    for (let after = before; after < files.stepCount; after += 1) {
      const image = files.crashed({ after, areNamesKept: false });
      const { segments } = await openLogFiles(new SimulatedFiles(image), owner);
      const sizes: number[] = [];
      await readLog({
        ...{ segments, owner: name, seed: owner.seed },
        onRecord: ({ payload }) => sizes.push(payload.length),
      });
      expect(sizes, `after step ${after}`).to.deep.equal([600]);
    }
    expect((await readBack()).records.map(({ payload }) => payload.length)).to.deep.equal([
      600, 2000,
    ]);
  });

  it('takes one record at a time, and none after one that failed', async () => {
    const refused = 'one append at a time, and none after one that failed';
    const one = appendBytes(1);
    expect(await appendBytes(2).catch(String)).to.include(refused);
    await one;
    expect(await appendBytes(3)).to.include({ index: 2 });
    files.failure = { after: 0, error: new Error('no space') };
    expect(await appendBytes(4).catch(String)).to.equal('Error: no space');
    files.failure = undefined;
    expect(await appendBytes(5).catch(String)).to.include(refused);
    expect((await readBack()).records.map(({ payload }) => payload.length)).to.deep.equal([1, 3]);
  });

  it('goes nowhere when the next segment cannot be begun', async () => {
    await appendBytes(roomMax);
    const { end } = writer;
    files.failure = { after: 1, error: new Error('no space') };
    expect(await appendBytes(1).catch(String)).to.equal('Error: no space');
    expect(writer.end).to.equal(end);
    expect(begun).to.deep.equal([]);
  });
});
