import { SegmentedLog } from '@paxkv/kvserver/internal/storage/journal/segmented-log';
import { expect } from 'chai';
import { bytesOf } from '../scratch.ts';
import { contentsOf, LogOnDisk, owner, textOf } from './log-on-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';

describe('Segmented log', () => {
  it('gives back records in order after each restart', async () => {
    const disk = new LogOnDisk();
    const expected: string[] = [];
    for (let boot = 0; boot < 4; boot += 1) {
      await disk.use(async (log) => {
        for (let count = 0; count < 20; count += 1) {
          expected.push(`boot ${boot}, record ${count}`);
          await log.append(1, [bytesOf(expected.at(-1) ?? '')]);
        }
      });
    }
    expect((await disk.records()).map(textOf)).to.deep.equal(expected);
  });

  it('takes records of every size, also of nothing and larger than a segment, in pieces', async () => {
    const sizes = [0, 1, 7, 8, 100, 800, 2000, 5000, 0, 903, 904, 905, 20_000, 3];
    const disk = new LogOnDisk();
    const payloads = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    await disk.use(async (log) => {
      for (const payload of payloads) {
        const middle = Math.floor(payload.length / 3);
        await log.append(2, [
          payload.subarray(0, middle),
          new Uint8Array(),
          payload.subarray(middle),
        ]);
      }
    });
    const found = await disk.records();
    expect(found.map(({ payload }) => payload)).to.deep.equal(payloads);
    expect(new Set(found.map(({ kind }) => kind))).to.deep.equal(new Set([2]));
  });

  it('flushes once for each record that fits into its segment', async () => {
    const disk = new LogOnDisk({ segmentBytes: 64 * 1024 });
    await disk.use(async (log, files) => {
      const before = files.writeCount;
      for (let count = 0; count < 10; count += 1) await log.append(1, [bytesOf('x'), bytesOf('y')]);
      expect(files.writeCount - before).to.equal(10);
    });
  });

  it('drops segments from the front, and uses the last of them again', async () => {
    const disk = new LogOnDisk();
    await disk.use(async (log, files) => {
      while (log.sequences.length < 5) await log.append(1, [Buffer.alloc(200)]);
      log.dropBefore(5);
      await log.settled();
      expect(log.sequences).to.deep.equal([5]);
      expect([...files.image().keys()].toSorted()).to.deep.equal([
        '0000000000000005.wal',
        '0000000000000006.wal',
      ]);
      while (log.sequences.length < 3) await log.append(1, [Buffer.alloc(90, 7)]);
    });
    const found = await disk.records();
    expect(found[0]?.sequence).to.equal(5);
    expect(found.some(({ sequence }) => sequence === 6)).to.equal(true);
  });

  it('takes no stale bytes of a segment used again for records, wherever the new ones end', async () => {
    for (let count = 1; count < 30; count += 1) {
      const disk = new LogOnDisk();
      await disk.use(async (log) => {
        while (log.sequences.length < 3) await log.append(1, [bytesOf('old, old, old')]);
        log.dropBefore(3);
        await log.settled();
        while (log.sequences.length < 2) await log.append(1, [bytesOf('full')]);
        for (let each = 1; each < count; each += 1) await log.append(1, [bytesOf(`new ${each}`)]);
      });
      const texts = (await disk.records()).map(textOf);
      expect(
        texts.slice(texts.indexOf('full')).filter((text) => text.startsWith('old')),
      ).to.deep.equal([]);
    }
  });

  it('reads the records that begin in the first segments, and no further', async () => {
    const disk = new LogOnDisk();
    await disk.use(async (log) => {
      for (let count = 0; log.sequences.length < 5; count += 1)
        await log.append(1, [Buffer.alloc(300, count)]);
      const found: number[] = [];
      await log.read(2, ({ sequence, payload }) => {
        found.push(sequence);
        expect(payload).to.deep.equal(Buffer.alloc(300, found.length - 1));
      });
      expect(new Set(found)).to.deep.equal(new Set([1, 2]));
    });
  });

  it('is read while its segments were made with another size', async () => {
    const disk = new LogOnDisk();
    await disk.use(async (log) => {
      while (log.sequences.length < 3) await log.append(1, [bytesOf('small')]);
    });
    disk.segmentBytes = 4096;
    await disk.use(async (log) => {
      while (log.sequences.length < 5) await log.append(1, [bytesOf('large')]);
      log.dropBefore(4);
      await log.settled();
    });
    const sizes = [...disk.image.values()].map(({ length }) => length);
    expect(new Set(sizes)).to.deep.equal(new Set([4096]));
    expect((await disk.records()).map(textOf)).to.include('large');
  });

  it('takes no append after one that failed', async () => {
    const files = new SimulatedFiles();
    const log = await SegmentedLog.create({ files, owner, segmentBytes: 1024 });
    files.failure = { after: 0, error: new Error('no space') };
    expect(await log.append(1, []).catch(String)).to.equal('Error: no space');
    files.failure = undefined;
    expect(await log.append(1, []).catch(String)).to.include('one that failed');
  });

  it('makes the next segment once more if there was no room for it before', async () => {
    const disk = new LogOnDisk();
    await disk.use(async (log, files) => {
      files.failure = { after: 0, error: new Error('no space') };
      log.prepareNext();
      await log.settled().catch(() => {});
      files.failure = undefined;
      while (log.sequences.length < 2) await log.append(1, [Buffer.alloc(100)]);
    });
    expect((await disk.records()).length).to.be.above(5);
  });

  it('takes no next segment after one that could not be removed, and reports why', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const files = new SimulatedFiles();
    const log = await SegmentedLog.create({ files, owner, segmentBytes: 1024 });
    while (log.sequences.length < 4) await log.append(1, [Buffer.alloc(100)]);
    log.prepareNext();
    await log.settled();
    files.isRemovingRefused = true;
    log.dropBefore(3);
    while (log.sequences.length < 3) await log.append(1, [Buffer.alloc(100)]);
    log.prepareNext();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
    files.isRemovingRefused = false;
    const appended = async () => {
      while (log.sequences.length < 4) await log.append(1, [Buffer.alloc(100)]);
    };
    expect(await appended().catch(String)).to.equal('Error: EIO');
    await log.close();
    expect(files.openCount).to.equal(0);
  });

  it('modifies nothing until it is started, and writes its last record again then', async () => {
    const disk = new LogOnDisk();
    await disk.use(async (log) => {
      for (let count = 0; count < 12; count += 1) await log.append(1, [Buffer.alloc(150, count)]);
      await log.append(1, [Buffer.alloc(1500, 99)]);
    });
    const files = new SimulatedFiles(disk.image);
    const opened = await SegmentedLog.open({ files, owner, segmentBytes: 1024 }, () => {});
    const steps = files.stepCount;
    expect(files.writeCount).to.equal(0);
    if (opened.type !== 'whole') throw new Error(opened.type);
    await opened.log.start();
    expect(files.stepCount).to.be.above(steps);
    const rewritten = Array.from({ length: files.stepCount - steps }, (_, step) =>
      files.bytesOf(steps + step),
    );
    expect(rewritten.reduce((sum, bytes) => sum + bytes, 0)).to.be.at.least(1500);
    expect(contentsOf(files.image())).to.deep.equal(contentsOf(disk.image));
  });

  it('writes the header of a log without records again, too', async () => {
    const disk = new LogOnDisk();
    await disk.use(async () => {});
    const before = disk.image.size;
    const files = await disk.use(async () => {});
    const written = Array.from({ length: files.stepCount }, (_, step) => files.bytesOf(step));
    // The first write puts the image there.
    expect(written.slice(before * 2)).to.include(64);
  });

  it('takes no size that a segment cannot have', async () => {
    for (const segmentBytes of [0, 1016, 1028, Number.NaN]) {
      const options = { files: new SimulatedFiles(), owner, segmentBytes };
      expect(await SegmentedLog.create(options).catch(String)).to.include('RangeError');
    }
  });

  it('tells a directory without a log from one whose log is gone', async () => {
    const typeOf = async (names: string[]) => {
      const image = new Map(names.map((name) => [name, Buffer.alloc(1024)]));
      const files = new SimulatedFiles(image);
      return (await SegmentedLog.open({ files, owner, segmentBytes: 1024 }, () => {})).type;
    };
    expect(await typeOf([])).to.equal('absent');
    expect(await typeOf(['lock', 'next.wal.new', 'notes'])).to.equal('absent');
    expect(await typeOf(['0000000000000001.wal'])).to.equal('absent');
    expect(await typeOf(['0000000000000002.wal'])).to.equal('empty');
  });
});
