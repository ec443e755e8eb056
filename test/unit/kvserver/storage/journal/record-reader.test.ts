import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import { openLogFiles } from '@paxkv/kvserver/internal/storage/journal/log-files';
import {
  type LogRecord,
  type ReadBounds,
  type ReadLog,
  readLog,
} from '@paxkv/kvserver/internal/storage/journal/record-reader';
import { segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import { expect } from 'chai';
import { refusalOf } from '../scratch.ts';
import { LogOnDisk, owner, textOf } from './log-on-disk.ts';
import { type DiskImage, flipBit, SimulatedFiles, withFile } from './simulated-files.ts';

const seed = crc32c(Buffer.from(owner));
const headerBytes = 64;

type Found = ReadLog & { readonly records: readonly LogRecord[] };

/** Reads a log on its own, without opening it for writing. */
async function read(
  image: DiskImage,
  { bounds, onRecord }: { bounds?: ReadBounds; onRecord?: (record: LogRecord) => void } = {},
): Promise<Found> {
  const { segments } = await openLogFiles(new SimulatedFiles(image), { name: owner, seed });
  const records: LogRecord[] = [];
  const log = await readLog({
    ...{ segments, owner, seed },
    onRecord: (record) => {
      onRecord?.(record);
      records.push({ ...record, payload: Buffer.from(record.payload) });
    },
    ...(bounds && { bounds }),
  });
  return { ...log, records };
}

/** A log of these payloads, appended in one go. */
async function logOf(...payloads: readonly (string | Buffer)[]): Promise<DiskImage> {
  const disk = new LogOnDisk();
  await disk.use(async (log) => {
    for (const payload of payloads) await log.append(1, [Buffer.from(payload)]);
  });
  return disk.image;
}

/** More than two segments take. */
const large = 'large '.repeat(400);

describe('Reader of records', () => {
  it('gives back each record with its place and its size on disk', async () => {
    const { records, end, lastRecord } = await read(await logOf('one', 'the second'));
    expect(records).to.deep.equal([
      {
        ...{ kind: 1, index: 1, sequence: 1, offset: headerBytes, bytes: 40 },
        payload: Buffer.from('one'),
      },
      {
        ...{ kind: 1, index: 2, sequence: 1, offset: headerBytes + 40, bytes: 48 },
        payload: Buffer.from('the second'),
      },
    ]);
    expect(end).to.include({ offset: headerBytes + 88, nextIndex: 3 });
    expect(lastRecord).to.deep.equal({ sequence: 1, offset: headerBytes + 40 });
  });

  it('ends behind the header in a log without records', async () => {
    const { records, end, lastRecord } = await read(await logOf());
    expect(records).to.deep.equal([]);
    expect(end).to.deep.equal({ offset: headerBytes, nextIndex: 1, previous: 0 });
    expect(lastRecord).to.deep.equal({ sequence: 1, offset: headerBytes });
  });

  it('joins a record from all segments it is in, and counts the bytes of all its parts', async () => {
    const { records, lastRecord } = await read(await logOf('one', large));
    expect(records.map(textOf)).to.deep.equal(['one', large]);
    const [, record] = records;
    expect(record).to.include({ index: 2, sequence: 1, offset: headerBytes + 40 });
    expect(record?.bytes).to.equal(Math.ceil((large.length + 3 * 32) / 8) * 8);
    expect(lastRecord).to.deep.equal({ sequence: 1, offset: headerBytes + 40 });
  });

  it('leaves out a record that began in a segment that was dropped', async () => {
    const disk = new LogOnDisk();
    await disk.use(async (log) => {
      await log.append(1, [Buffer.from(large)]);
      await log.append(1, [Buffer.from('whole')]);
      log.dropBefore(2);
      await log.settled();
    });
    const { records, lastRecord } = await read(disk.image);
    expect(records.map(textOf)).to.deep.equal(['whole']);
    expect(lastRecord).to.include({ sequence: records[0]?.sequence });
  });

  it('leaves out a record that a crash cut short, also once others follow', async () => {
    const whole = await logOf('one', large);
    // Its first part is there, and of the segment that continues it only the header.
    const cut = withFile(
      withFile(whole, segmentName(3), () => undefined),
      segmentName(2),
      (bytes) => bytes.fill(0, headerBytes),
    );
    const { records, end, lastRecord } = await read(cut);
    expect(records.map(textOf)).to.deep.equal(['one']);
    expect(end).to.include({ offset: headerBytes, nextIndex: 3 });
    expect(lastRecord).to.deep.equal({ sequence: 1, offset: headerBytes });
    const disk = new LogOnDisk({ image: cut });
    await disk.use(async (log) => {
      await log.append(1, [Buffer.from('next')]);
    });
    const after = await read(disk.image);
    expect(after.records.map(textOf)).to.deep.equal(['one', 'next']);
    expect(after.records[1]).to.include({ index: 3, sequence: 2, bytes: 40 });
  });

  it('counts what its user refuses as damage of that record', async () => {
    const image = await logOf('one', 'two');
    const reasons = [new TypeError('not a group'), 'not a group'];
    for (const reason of reasons) {
      const onRecord = (record: LogRecord) => {
        if (textOf(record) === 'two') throw reason;
      };
      const refusal = await refusalOf(read(image, { onRecord }));
      expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
      expect(refusal.message).to.include(
        `${segmentName(1)} at byte ${headerBytes + 40}: not a group.`,
      );
      expect(refusal.cause).to.equal(reason);
    }
  });

  it('takes a damaged end for a torn write, unless an intact record stands behind it', async () => {
    const image = await logOf('one', 'two', 'three');
    const hurtAt = (offset: number) =>
      withFile(image, segmentName(1), (bytes) => flipBit(bytes, (offset + 33) * 8));
    const last = await read(hurtAt(headerBytes + 80));
    expect(last.records.map(textOf)).to.deep.equal(['one', 'two']);
    const refusal = await refusalOf(read(hurtAt(headerBytes + 40)));
    expect(refusal.message).to.include(
      `at byte ${headerBytes + 40}: the checksum of the record does not match, and fragment 3, which was written later`,
    );
  });

  it('needs a segment', async () => {
    const reading = readLog({ segments: [], owner, seed, onRecord: () => {} });
    expect(await reading.catch(String)).to.equal('RangeError: there is no segment to read');
  });

  describe('within the bounds of a log that was read before', () => {
    it('reads what begins in the first segments to its end, and nothing behind it', async () => {
      const image = await logOf(large, 'behind', large, 'last');
      const { end } = await read(image);
      const whole = await read(image, { bounds: { end, lastSequence: 9 } });
      expect(whole.records.map(textOf)).to.deep.equal([large, 'behind', large, 'last']);
      const { records } = await read(image, { bounds: { end, lastSequence: 1 } });
      expect(records.map(textOf)).to.deep.equal([large]);
      const third = await read(image, { bounds: { end, lastSequence: 3 } });
      expect(third.records.map(textOf)).to.deep.equal([large, 'behind', large]);
    });

    it('needs no record behind them', async () => {
      const image = await logOf(large, 'behind', large, 'last');
      const { end, records } = await read(image);
      const last = records.at(-1)?.sequence ?? 0;
      const hurt = withFile(image, segmentName(last), (bytes) => bytes.fill(0, headerBytes));
      const found = await read(hurt, { bounds: { end, lastSequence: 1 } });
      expect(found.records.map(textOf)).to.deep.equal([large]);
    });

    it('takes no damaged end for a torn write', async () => {
      const image = await logOf('one', 'two');
      const { end } = await read(image);
      const hurt = withFile(image, segmentName(1), (bytes) =>
        flipBit(bytes, (headerBytes + 40 + 33) * 8),
      );
      const refusal = await refusalOf(read(hurt, { bounds: { end, lastSequence: 1 } }));
      expect(refusal.message).to.include(`at byte ${headerBytes + 40}: the checksum`);
    });

    it('ends where the log did, though something stands behind it', async () => {
      const image = await logOf('one', 'two');
      const { end } = await read(await logOf('one'));
      const { records } = await read(image, { bounds: { end, lastSequence: 1 } });
      expect(records.map(textOf)).to.deep.equal(['one']);
    });
  });
});
