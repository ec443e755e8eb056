/** One file of the log window: what is appended, what is read, and what is never given away. */
import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import { sealFragment } from '@paxkv/kvserver/internal/storage/journal/fragment';
import {
  type ReadLimits,
  rangeOf,
  recordBytes,
  WindowSegment,
} from '@paxkv/kvserver/internal/storage/log-window/window-segment';
import { expect } from 'chai';
import { CountedFiles, decisions, Site, textOf } from './window-fixtures.ts';

const seed = crc32c(Buffer.from('tests/0'));
const valueBytes = 100;
/** What a value of the fixtures takes on the disk. */
const fragmentBytes = 136;
/** The padding behind a value, and the last byte of the value. */
const tornBytes = 5;
const unlimited: ReadLimits = { bytesMax: Number.POSITIVE_INFINITY, countMax: 1000 };
const large = 200 * 1024;
const openName = '0000000000000005.log';
const completeName = '0000000000000005-0000000000000009.log';

class Directory extends Site {
  readonly files = new CountedFiles(this.disk.open());

  get names(): readonly string[] {
    return [...this.disk.sizes.keys()].toSorted();
  }

  create(first = 5): Promise<WindowSegment> {
    return WindowSegment.create(this.files, seed, { first, nowMs: 1000 });
  }

  /** A file of the instances 5 to 8. */
  async withFour(): Promise<WindowSegment> {
    const segment = await this.create();
    await segment.append(decisions(5, 9), 2000);
    return segment;
  }
}

function inDirectory(act: (directory: Directory) => Promise<void>): Promise<void> {
  const directory = new Directory();
  return directory.run(() => act(directory));
}

async function textsFrom(segment: WindowSegment, seq: number, limits = unlimited) {
  return (await segment.read(seq, limits)).map((value) => Buffer.from(value).toString());
}

/** Decisions whose values are so large that three of them take two parts of a reader's buffer. */
function largeDecisions(first: number, next: number) {
  return decisions(first, next).map(({ seq }) => ({ seq, value: Buffer.alloc(large, seq) }));
}

describe('WindowSegment', () => {
  it('begins empty, open, and with the name of its first instance', () =>
    inDirectory(async (directory) => {
      const segment = await directory.create();
      expect(segment).to.include({ first: 5, next: 5, bytes: 0, isComplete: false });
      expect(segment).to.include({ createdMs: 1000, writtenMs: 1000 });
      expect([...directory.disk.sizes]).to.deep.equal([[openName, 0]]);
    }));

  it('grows by what is appended, and knows when that was', () =>
    inDirectory(async (directory) => {
      const segment = await directory.create();
      await segment.append(decisions(5, 7), 2000);
      expect(segment).to.include({ next: 7, bytes: 2 * fragmentBytes, writtenMs: 2000 });
      await segment.append(decisions(7, 8), 3000);
      expect(segment).to.include({ next: 8, bytes: 3 * fragmentBytes, writtenMs: 3000 });
      expect(segment.createdMs).to.equal(1000);
      expect([...directory.disk.sizes.values()]).to.deep.equal([3 * fragmentBytes]);
    }));

  it('is as it was if the disk fails', () =>
    inDirectory(async (directory) => {
      const segment = await directory.withFour();
      directory.disk.failNextWrite(new Error('no space'));
      expect(await segment.append(decisions(9, 10), 3000).catch(String)).to.include('no space');
      expect(segment).to.include({ next: 9, bytes: 4 * fragmentBytes, writtenMs: 2000 });
    }));

  it('is named after its first and its last instance once it is complete, which happens once', () =>
    inDirectory(async (directory) => {
      const segment = await directory.withFour();
      for (let time = 0; time < 2; time += 1) {
        await segment.complete();
        expect(segment.isComplete).to.equal(true);
        expect(directory.names).to.deep.equal([completeName]);
      }
      expect(directory.files.openCount).to.equal(0);
      expect(await textsFrom(segment, 5)).to.deep.equal([5, 6, 7, 8].map(textOf));
    }));

  it('is removed, open or complete', () =>
    inDirectory(async (directory) => {
      const [open, complete] = [await directory.withFour(), await directory.create(9)];
      await complete.complete();
      for (const segment of [open, complete]) {
        await segment.remove();
        expect(segment.isComplete).to.equal(true);
      }
      expect(directory.names).to.deep.equal([]);
      expect(directory.files.openCount).to.equal(0);
    }));

  describe('is read', () => {
    it('from any instance to its end, while it is open as well', () =>
      inDirectory(async (directory) => {
        const segment = await directory.withFour();
        expect(await textsFrom(segment, 5)).to.deep.equal([5, 6, 7, 8].map(textOf));
        expect(await textsFrom(segment, 7)).to.deep.equal([7, 8].map(textOf));
        expect(await textsFrom(segment, 9)).to.deep.equal([]);
        expect(directory.files.openCount).to.equal(1);
      }));

    it('up to a number of values, or of bytes, and by at least one value', () =>
      inDirectory(async (directory) => {
        const segment = await directory.withFour();
        const countOf = async (limits: Partial<ReadLimits>) =>
          (await textsFrom(segment, 6, { ...unlimited, ...limits })).length;
        expect(await countOf({ countMax: 2 })).to.equal(2);
        expect(await countOf({ bytesMax: 1 })).to.equal(1);
        expect(await countOf({ bytesMax: valueBytes })).to.equal(1);
        expect(await countOf({ bytesMax: valueBytes + 1 })).to.equal(2);
        expect(await countOf({ bytesMax: 2 * valueBytes + 1 })).to.equal(3);
      }));

    it('with values that stay as they are when more is read', () =>
      inDirectory(async (directory) => {
        const segment = await directory.create();
        await segment.append(largeDecisions(5, 9), 2000);
        const values = await segment.read(5, unlimited);
        expect(values.map((value) => Buffer.alloc(large, value[0]).equals(value))).to.deep.equal([
          ...[true, true, true, true],
        ]);
        expect(values.map((value) => value[0])).to.deep.equal([5, 6, 7, 8]);
      }));

    it('also while it gets its final name, by whichever name it has', async () => {
      for (let time = 0; time < 12; time += 1) {
        await inDirectory(async (directory) => {
          await directory.world.sleep(time);
          const segment = await directory.withFour();
          const [texts] = await Promise.all([textsFrom(segment, 8), segment.complete()]);
          expect(texts).to.deep.equal([textOf(8)]);
        });
      }
    });

    it('not at all if it is gone', () =>
      inDirectory(async (directory) => {
        const segment = await directory.withFour();
        directory.disk.remove(openName);
        expect(await textsFrom(segment, 5).catch(String)).to.equal(
          `Error: there is no file ${openName}`,
        );
      }));
  });

  describe('is not read from its front', () => {
    /** Four such values take 256 KiB, for each of which a place is remembered. */
    const length = 64 * 1024 - 32;
    /** What is read at once. */
    const part = 256 * 1024;

    function valuesOf(first: number, next: number) {
      return decisions(first, next).map(({ seq }) => ({ seq, value: Buffer.alloc(length, seq) }));
    }

    /** In how many parts the file is read for one instance. */
    async function partsFor(directory: Directory, segment: WindowSegment, seq: number) {
      directory.files.readBytes = 0;
      const [value] = await segment.read(seq, { ...unlimited, countMax: 1 });
      expect(value).to.deep.equal(new Uint8Array(length).fill(seq));
      return directory.files.readBytes / part;
    }

    /** The places of the instances 9 and 13 are known. */
    async function expectPlacesKnown(directory: Directory, segment: WindowSegment) {
      const parts: number[] = [];
      for (const seq of [14, 13, 12, 9, 8, 5]) parts.push(await partsFor(directory, segment, seq));
      expect(parts).to.deep.equal([1, 1, 1, 1, 1, 1]);
    }

    it('where it was appended in this run, at once or one by one', () =>
      inDirectory(async (directory) => {
        const [once, each] = [await directory.create(), await directory.create(0)];
        await once.append(valuesOf(5, 15), 2000);
        await expectPlacesKnown(directory, once);
        for (const decision of valuesOf(0, 10)) await each.append([decision], 2000);
        expect(await partsFor(directory, each, 4)).to.equal(1);
        expect(await partsFor(directory, each, 8)).to.equal(1);
      }));

    it('where a crash left it', () =>
      inDirectory(async (directory) => {
        await (await directory.create()).append(valuesOf(5, 15), 2000);
        const at = { first: 5, writtenMs: 2000 };
        await expectPlacesKnown(directory, await WindowSegment.recover(directory.files, seed, at));
      }));

    it('once it was read in this run', () =>
      inDirectory(async (directory) => {
        const written = await directory.create();
        await written.append(valuesOf(5, 15), 2000);
        await written.complete();
        const { bytes } = written;
        const found = { first: 5, next: 15, bytes, writtenMs: 0 };
        const segment = new WindowSegment(directory.files, seed, found);
        expect(await partsFor(directory, segment, 14)).to.equal(3);
        await expectPlacesKnown(directory, segment);
      }));
  });

  describe('never gives away', () => {
    async function refusalOf(directory: Directory, segment: WindowSegment): Promise<string> {
      const refusal = await textsFrom(segment, 5).catch(String);
      expect(directory.files.openCount).to.equal(0);
      return `${refusal}`;
    }

    it('a damaged value, and says which it is', () =>
      inDirectory(async (directory) => {
        const segment = await directory.withFour();
        await segment.complete();
        directory.disk.harm(completeName, fragmentBytes + 40);
        expect(await refusalOf(directory, segment)).to.equal('Error: instance 6 is damaged');
        expect(await textsFrom(segment, 5, { ...unlimited, countMax: 1 })).to.deep.equal([
          textOf(5),
        ]);
      }));

    it('the values of another file under its name', () =>
      inDirectory(async (directory) => {
        const [segment, other] = [await directory.withFour(), await directory.create(4)];
        await other.append(decisions(4, 9), 2000);
        for (const each of [segment, other]) await each.complete();
        await directory.files.rename('0000000000000004-0000000000000009.log', completeName);
        expect(await refusalOf(directory, segment)).to.equal('Error: instance 5 is damaged');
      }));

    it('values in another order than they were decided', () =>
      inDirectory(async (directory) => {
        const segment = await directory.create();
        await segment.append(decisions(5, 9).toReversed(), 2000);
        await segment.complete();
        expect(await refusalOf(directory, segment)).to.equal('Error: instance 5 is damaged');
      }));

    for (const { title, kind, owner } of [
      { title: 'the values of another node', kind: 1, owner: 'tests/1' },
      { title: 'values of a format that it does not know', kind: 2, owner: 'tests/0' },
    ]) {
      it(title, () =>
        inDirectory(async (directory) => {
          const header = { kind, part: 3, sequence: 5, index: 5, previous: 0 };
          const { pieces, bytes } = sealFragment(header, [], crc32c(Buffer.from(owner)));
          const file = await directory.files.create('0000000000000005-0000000000000006.log');
          await file.append(pieces);
          await file.close();
          const found = { first: 5, next: 6, bytes, writtenMs: 0 };
          const segment = new WindowSegment(directory.files, seed, found);
          expect(await refusalOf(directory, segment)).to.equal('Error: instance 5 is damaged');
        }),
      );
    }
  });

  it('has the bytes that files of the log window have', () =>
    inDirectory(async (directory) => {
      const segment = await directory.create();
      await segment.append([{ seq: 5, value: Buffer.from('value') }], 2000);
      const file = await directory.files.open(openName);
      const bytes = Buffer.alloc(file.size);
      await file.read(bytes, 0);
      const header = { kind: 1, part: 3, sequence: 5, index: 5, previous: 0 };
      const { pieces } = sealFragment(header, [Buffer.from('value')], seed);
      expect(bytes.toString('hex')).to.equal(Buffer.concat(pieces).toString('hex'));
    }));

  it('is recovered up to its last whole record, and is complete then', () =>
    inDirectory(async (directory) => {
      await (await directory.withFour()).append(decisions(9, 11), 2000);
      directory.disk.cut(openName, 5 * fragmentBytes - tornBytes);
      const at = { first: 5, writtenMs: 700 };
      const segment = await WindowSegment.recover(directory.files, seed, at);
      expect(segment).to.include({ first: 5, next: 9, isComplete: true, writtenMs: 700 });
      expect(segment.bytes).to.equal(5 * fragmentBytes - tornBytes);
      expect(directory.names).to.deep.equal([completeName]);
      expect(await textsFrom(segment, 6)).to.deep.equal([6, 7, 8].map(textOf));
    }));
});

describe('Name of a file of the log window', () => {
  it('says which instances it holds', () => {
    expect(rangeOf(openName)).to.deep.equal({ first: 5, next: undefined });
    expect(rangeOf(completeName)).to.deep.equal({ first: 5, next: 9 });
  });

  it('is no other than that', () => {
    for (const name of ['5.log', `x${openName}`, `${openName}.new`, completeName.slice(0, -4)]) {
      expect(rangeOf(name), name).to.equal(undefined);
    }
  });
});

describe('Record of the log window', () => {
  it('takes its value and a header', () => {
    expect(recordBytes(Buffer.alloc(valueBytes))).to.equal(valueBytes + 32);
  });
});
