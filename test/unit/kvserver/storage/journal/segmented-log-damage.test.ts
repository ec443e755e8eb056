/** Whatever happens to a log that was closed: it is refused with the exact place, or has all records. */
import { DiskError } from '@paxkv/kvserver/internal/storage/index';
import { segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import { SegmentedLog } from '@paxkv/kvserver/internal/storage/journal/segmented-log';
import { expect } from 'chai';
import fc from 'fast-check';
import { LogOnDisk, owner, readLog, recordsIn, textOf } from './log-on-disk.ts';
import { type DiskImage, flipBit, SimulatedFiles, withFile } from './simulated-files.ts';

const headerBytes = 64;

describe('Damage to a segmented log', function () {
  this.timeout(30_000);
  const disk = new LogOnDisk();
  let whole: string[] = [];
  let wholeFrom = 0;
  let count = 0;
  let lastRecordAt = 0;

  /** Segments 3 to 6 in use, all used before but the last, and a spare. */
  before(async () => {
    await disk.use(async (log) => {
      for (let each = 0; log.sequences.length < 3; each += 1) await append(log, each);
      log.dropBefore(3);
      await log.settled();
      for (let each = 0; log.sequences.length < 4; each += 1) await append(log, each);
      for (let each = 0; each < 4; each += 1) await append(log, 1000 + each);
      log.prepareNext();
      await log.settled();
    });
    const { records, firstIndex = 0 } = await readLog(disk.image);
    whole = records.map(textOf);
    wholeFrom = firstIndex;
    count = whole.length;
    lastRecordAt = records.at(-1)?.offset ?? 0;
    expect([...disk.image.keys()].toSorted()).to.deep.equal([3, 4, 5, 6, 7].map(segmentName));
  });

  function append(log: SegmentedLog, each: number): Promise<unknown> {
    return log.append(1, [Buffer.from(`record ${each} `.repeat(1 + (each % 9)))]);
  }

  async function refusalOf(image: DiskImage, name = owner): Promise<DiskError> {
    const outcome = await recordsIn(image, name).catch((error: unknown) => error);
    if (outcome instanceof DiskError) return outcome;
    throw outcome instanceof Error ? outcome : new Error('it was opened');
  }

  async function damageIn(image: DiskImage): Promise<string> {
    const refusal = await refusalOf(image);
    expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
    return refusal.message;
  }

  /** A log that begins later than it should is refused by its user. */
  async function foundIn(image: DiskImage): Promise<string[] | 'refused'> {
    try {
      const { records, firstIndex = 0 } = await readLog(image);
      return firstIndex > wholeFrom ? 'refused' : records.map(textOf);
    } catch (error) {
      expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_JOURNAL_DAMAGED');
      return 'refused';
    }
  }

  function expectRefusedOrWhole(found: string[] | 'refused', claim: string): void {
    if (found !== 'refused') expect(found, claim).to.deep.equal(whole);
  }

  it('names the place of a flipped bit, wherever it is before the last record', async () => {
    const records = await disk.records();
    for (const { sequence, offset, bytes } of records.slice(0, -1)) {
      for (const bit of [0, 100, 200, 8 * 32 + 3]) {
        const image = withFile(disk.image, segmentName(sequence), (content) =>
          flipBit(content, offset * 8 + bit),
        );
        // A record that is continued in the next segment may have its damage there.
        const place =
          offset + bytes <= 1024 ? `${segmentName(sequence)} at byte ${offset}:` : '.wal';
        expect(await damageIn(image)).to.include(place);
      }
    }
  });

  it('is refused or harmless for any bit of any file flipped, but for the last record', async () => {
    for (const [name, content] of disk.image) {
      for (let bit = 0; bit < content.length * 8; bit += 7) {
        const image = withFile(disk.image, name, (bytes) => flipBit(bytes, bit));
        const found = await foundIn(image);
        const isLast = name === segmentName(6) && bit >= lastRecordAt * 8;
        if (isLast && found !== 'refused') expect(found.length).to.be.within(count - 1, count);
        else expectRefusedOrWhole(found, `${name}, bit ${bit}`);
      }
    }
  });

  it('notices zeros where records were', async () => {
    const sequence = fc.integer({ min: 3, max: 6 });
    await fc.assert(
      fc.asyncProperty(sequence, fc.nat(1000), fc.nat(400), async (hurt, start, length) => {
        const end = Math.min(start + length, hurt === 6 ? lastRecordAt : 1024);
        const image = withFile(disk.image, segmentName(hurt), (bytes) => bytes.fill(0, start, end));
        expectRefusedOrWhole(await foundIn(image), `${hurt}`);
      }),
    );
  });

  it('notices any end that was cut off', async () => {
    for (const [name, content] of disk.image) {
      for (let length = headerBytes; length < content.length; length += 97) {
        const image = withFile(disk.image, name, (bytes) => bytes.subarray(0, length));
        expect(await damageIn(image)).to.include(
          `${name}: it has ${length} bytes, and was made with 1024`,
        );
      }
    }
  });

  it('names a segment that is missing between others', async () => {
    for (const sequence of [4, 5, 6]) {
      const image = withFile(disk.image, segmentName(sequence), () => undefined);
      expect(await damageIn(image)).to.include(`segment ${sequence}: it is missing`);
    }
  });

  it('tells where it begins, so that a segment missing at the front is noticed', async () => {
    const image = withFile(disk.image, segmentName(3), () => undefined);
    expect((await readLog(image)).firstIndex).to.be.above(wholeFrom);
    expect(await foundIn(image)).to.equal('refused');
  });

  it('refuses a segment of another owner', async () => {
    const other = new SimulatedFiles();
    const log = await SegmentedLog.create({ files: other, owner: 'tests/1', segmentBytes: 1024 });
    await log.close();
    const foreign = other.image().get(segmentName(1));
    for (const sequence of [3, 4, 6, 7, 8]) {
      const image = new Map([...disk.image, [segmentName(sequence), foreign ?? Buffer.alloc(0)]]);
      expect(await damageIn(image)).to.include('it belongs to node tests/1, not tests/0');
    }
    expect((await refusalOf(disk.image, 'tests/1')).message).to.include(
      'it belongs to node tests/0',
    );
  });

  it('refuses records of another owner behind a header of its own', async () => {
    const other = new LogOnDisk();
    await other.use(async (log) => {
      for (let each = 0; each < 4; each += 1) await append(log, each);
    });
    const texts = (await recordsIn(other.image)).map(textOf);
    expect(texts).to.have.length(4);
    const header = new SimulatedFiles();
    await (
      await SegmentedLog.create({ files: header, owner: 'tests/1', segmentBytes: 1024 })
    ).close();
    const image = withFile(other.image, segmentName(1), (bytes) => {
      header.image().get(segmentName(1))?.copy(bytes, 0, 0, headerBytes);
      return bytes;
    });
    expect(await recordsIn(image, 'tests/1')).to.deep.equal([]);
  });

  it('refuses segments that are out of order', async () => {
    for (const [a, b] of [
      [3, 4],
      [4, 5],
      [5, 6],
      [6, 7],
    ] as const) {
      const image = new Map([
        ...disk.image,
        [segmentName(a), disk.image.get(segmentName(b)) ?? Buffer.alloc(0)],
        [segmentName(b), disk.image.get(segmentName(a)) ?? Buffer.alloc(0)],
      ]);
      expect(await damageIn(image)).to.match(/it is segment \d, not \d/);
    }
  });

  it('refuses a segment from another past of its own', async () => {
    const other = new LogOnDisk({ image: disk.image });
    const fork = new LogOnDisk({ image: disk.image });
    await other.use(async (log) => {
      while (log.sequences.length < 6) await log.append(1, [Buffer.from('one past')]);
    });
    await fork.use(async (log) => {
      while (log.sequences.length < 6) await log.append(1, [Buffer.from('no other past')]);
    });
    const image = withFile(fork.image, segmentName(7), () => other.image.get(segmentName(7)));
    expect(await damageIn(image)).to.match(/damaged in 0000000000000007.wal|000006.wal at byte/);
  });

  it('refuses a segment from another past in which all records were as long', async () => {
    const [one, two] = await Promise.all(
      ['one past', 'two past'].map(async (text) => {
        const past = new LogOnDisk({ image: disk.image });
        await past.use(async (log) => {
          while (log.sequences.length < 6) await log.append(1, [Buffer.from(text)]);
        });
        return past.image;
      }),
    );
    for (const sequence of [7, 8]) {
      const name = segmentName(sequence);
      const image = withFile(one ?? disk.image, name, () => two?.get(name));
      expect(await damageIn(image)).to.match(/does not follow|and .* begins with/);
    }
  });

  it('refuses a record from another past of its own', async () => {
    const pasts = await Promise.all(
      ['one', 'two'].map(async (past) => {
        const log = new LogOnDisk();
        await log.use(async (opened) => {
          await opened.append(1, [Buffer.from(past)]);
          await opened.append(1, [Buffer.from('the same')]);
        });
        return log.image;
      }),
    );
    const [one = disk.image, two = disk.image] = pasts;
    const [first] = await recordsIn(one);
    const { offset = 0, bytes = 0 } = first ?? {};
    const image = withFile(one, segmentName(1), (content) => {
      two.get(segmentName(1))?.copy(content, offset, offset, offset + bytes);
      return content;
    });
    const message = await damageIn(image);
    expect(message).to.include(`at byte ${offset + bytes}: the record does not follow`);
  });

  it('refuses a format that it does not know, and tells it from a flipped bit', async () => {
    for (const [bit, code] of [
      [0, 'DISK_JOURNAL_DAMAGED'],
      [1, 'DISK_JOURNAL_DAMAGED'],
    ] as const) {
      const image = withFile(disk.image, segmentName(4), (bytes) => flipBit(bytes, 64 + bit));
      expect((await refusalOf(image)).code).to.equal(code);
    }
    const image = withFile(disk.image, segmentName(4), (bytes) => {
      bytes.writeUInt32LE(2, 8);
      bytes.writeUInt32LE(0x12345678, 12);
      return bytes;
    });
    const refusal = await refusalOf(image);
    expect(refusal.code).to.equal('DISK_NEWER_FORMAT');
    expect(refusal.message).to.include('0000000000000004.wal has format 2; this version knows 1');
  });

  it('takes no damaged header for a spare once the segment before it is full', async () => {
    const full = new LogOnDisk();
    let count = 0;
    await full.use(async (log) => {
      for (; log.sequences.length < 3; count += 1) await append(log, count);
      log.prepareNext();
      await log.settled();
    });
    expect((await full.records()).filter(({ sequence }) => sequence === 3)).to.have.length(0);
    const name = segmentName(3);
    for (const zeroed of [8, 512, 1024]) {
      const image = withFile(full.image, name, (bytes) => bytes.fill(0, 0, zeroed));
      expect(await damageIn(withFile(image, segmentName(4), () => undefined))).to.include(name);
    }
  });

  it('takes a damaged header for a spare while the segment before it has room', async () => {
    const image = withFile(disk.image, segmentName(7), (bytes) => bytes.fill(0, 0, 512));
    expect(await foundIn(image)).to.deep.equal(whole);
  });

  it('takes no header that says spare for one when there is a record behind it', async () => {
    const spare = disk.image.get(segmentName(7));
    const later = new LogOnDisk({ image: disk.image });
    await later.use(async (log) => {
      while (log.sequences.length < 5) await log.append(1, [Buffer.alloc(200)]);
    });
    const image = withFile(later.image, segmentName(7), (bytes) => {
      spare?.copy(bytes, 0, 0, headerBytes);
      return bytes;
    });
    const proof = 'its header says that it is not in use, and fragment';
    expect(await damageIn(image)).to.include(proof);
  });

  it('is opened soon though what a crash left of a value looks like many records', async () => {
    const torn = new LogOnDisk({ segmentBytes: 2 * 1024 * 1024 });
    const value = new BigUint64Array(128 * 1024).fill(1n);
    await torn.use(async (log) => {
      await log.append(1, [Buffer.from('whole')]);
      await log.append(1, [new Uint8Array(value.buffer)]);
    });
    const [first] = await torn.records();
    const at = (first?.offset ?? 0) + (first?.bytes ?? 0);
    const image = withFile(torn.image, segmentName(1), (bytes) => flipBit(bytes, at * 8));
    const startMs = performance.now();
    expect((await recordsIn(image)).map(textOf)).to.deep.equal(['whole']);
    expect(performance.now() - startMs).to.be.below(3000);
  });

  it('is refused also where two files are damaged, and closes what it opened', async () => {
    const hurt = withFile(disk.image, segmentName(4), (bytes) => flipBit(bytes, 5000));
    expect(await damageIn(withFile(hurt, segmentName(6), () => undefined))).to.include('segment 6');
  });
});
