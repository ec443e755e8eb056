/** Which of the files that an earlier run left count, and which are removed. */
import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import { recoverSegments } from '@paxkv/kvserver/internal/storage/log-window/recovered-segments';
import { WindowSegment } from '@paxkv/kvserver/internal/storage/log-window/window-segment';
import { expect } from 'chai';
import { CountedFiles, decisions, Site, textOf } from './window-fixtures.ts';

const seed = crc32c(Buffer.from('tests/0'));
/** What a value of the fixtures takes on the disk. */
const recordBytes = 136;
/** The padding behind a value, and the last byte of the value. */
const tornBytes = 5;

type Range = readonly [first: number, next: number];

class Directory extends Site {
  /** Writes a file of these instances; one that is not complete is as a crash leaves it. */
  async write([first, next]: Range, { isComplete = true } = {}): Promise<WindowSegment> {
    const nowMs = this.world.now();
    const segment = await WindowSegment.create(this.disk.open(), seed, { first, nowMs });
    if (next > first) await segment.append(decisions(first, next), nowMs);
    if (isComplete) await segment.complete();
    return segment;
  }

  /** Recovers what is on the disk, and leaves no file open. */
  async recover(owner = seed): Promise<WindowSegment[]> {
    const files = new CountedFiles(this.disk.open());
    const segments = await recoverSegments({ files, seed: owner, nowMs: this.world.now() });
    expect(files.openCount).to.equal(0);
    return segments;
  }

  get names(): readonly string[] {
    return [...this.disk.sizes.keys()].toSorted();
  }
}

function inDirectory(act: (directory: Directory) => Promise<void>): Promise<void> {
  const directory = new Directory();
  return directory.run(() => act(directory));
}

function rangesOf(segments: readonly WindowSegment[]): readonly Range[] {
  return segments.map(({ first, next }) => [first, next]);
}

function nameOf([first, next]: Range): string {
  const [from, to] = [first, next].map((seq) => String(seq).padStart(16, '0'));
  return `${from}-${to}.log`;
}

async function textsIn(segment: WindowSegment): Promise<readonly string[]> {
  const values = await segment.read(segment.first, { bytesMax: 10_000, countMax: 100 });
  return values.map((value) => Buffer.from(value).toString());
}

describe('Segments that an earlier run left', () => {
  it('are none in an empty directory', () =>
    inDirectory(async (directory) => {
      expect(await directory.recover()).to.deep.equal([]);
    }));

  it('are all files without a gap between them, in the order of their instances', () =>
    inDirectory(async (directory) => {
      for (const range of [
        [7, 9],
        [100, 101],
        [0, 7],
        [9, 100],
      ] as const) {
        await directory.write(range);
      }
      const expected: Range[] = [
        [0, 7],
        [7, 9],
        [9, 100],
        [100, 101],
      ];
      expect(rangesOf(await directory.recover())).to.deep.equal(expected);
      expect(directory.names).to.deep.equal(expected.map(nameOf));
    }));

  it('are known with their size, and when they were last written', () =>
    inDirectory(async (directory) => {
      await directory.write([0, 3]);
      const nowMs = directory.world.now();
      await directory.world.sleep(500);
      const [segment] = await directory.recover();
      expect(segment?.bytes).to.equal(3 * recordBytes);
      expect(segment?.writtenMs).to.be.within(nowMs - 10, nowMs);
      expect(segment?.createdMs).to.equal(segment?.writtenMs);
      expect(segment?.isComplete).to.equal(true);
    }));

  for (const { title, ranges, kept } of [
    {
      title: 'count only from the last gap on',
      ranges: [
        [0, 5],
        [5, 8],
        [9, 12],
        [12, 20],
      ],
      kept: [
        [9, 12],
        [12, 20],
      ],
    },
    {
      title: 'do not count before a gap in front of the last one',
      ranges: [
        [0, 5],
        [5, 8],
        [9, 12],
      ],
      kept: [[9, 12]],
    },
    {
      title: 'do not count where they overlap with a later one',
      ranges: [
        [0, 6],
        [5, 8],
        [8, 9],
      ],
      kept: [
        [5, 8],
        [8, 9],
      ],
    },
    {
      title: 'count up to the highest instance where two begin with the same one',
      ranges: [
        [0, 9],
        [0, 5],
      ],
      kept: [[0, 9]],
    },
    {
      title: 'count from the one that begins last where one is within another',
      ranges: [
        [5, 8],
        [0, 9],
      ],
      kept: [[5, 8]],
    },
    { title: 'count if there is one alone', ranges: [[3, 5]], kept: [[3, 5]] },
  ] as readonly { title: string; ranges: readonly Range[]; kept: readonly Range[] }[]) {
    it(`${title}; the others are removed`, () =>
      inDirectory(async (directory) => {
        for (const range of ranges) await directory.write(range);
        expect(rangesOf(await directory.recover())).to.deep.equal(kept);
        expect(directory.names).to.deep.equal(kept.map(nameOf));
      }));
  }

  it('are removed where the name says nothing of the instances', () =>
    inDirectory(async (directory) => {
      await directory.write([3, 5]);
      await directory.disk.open().create('notes');
      expect(rangesOf(await directory.recover())).to.deep.equal([[3, 5]]);
      expect(directory.names).to.deep.equal([nameOf([3, 5])]);
    }));

  it('are not read if they are complete: damage is noticed when they are used', () =>
    inDirectory(async (directory) => {
      await directory.write([3, 5]);
      directory.disk.harm(nameOf([3, 5]), 10);
      const [segment] = await directory.recover();
      expect(segment?.next).to.equal(5);
      const reading = segment?.read(3, { bytesMax: 1, countMax: 1 });
      expect(await reading?.catch(String)).to.equal('Error: instance 3 is damaged');
    }));

  describe('by a crash', () => {
    it('end with the last whole record, and are complete with it', () =>
      inDirectory(async (directory) => {
        await directory.write([0, 5]);
        await directory.write([5, 9], { isComplete: false });
        directory.disk.cut('0000000000000005.log', 4 * recordBytes - tornBytes);
        const segments = await directory.recover();
        expect(rangesOf(segments)).to.deep.equal([
          [0, 5],
          [5, 8],
        ]);
        expect(directory.names).to.deep.equal([nameOf([0, 5]), nameOf([5, 8])]);
        const [, last] = segments;
        expect(last && (await textsIn(last))).to.deep.equal([5, 6, 7].map(textOf));
        expect(last?.isComplete).to.equal(true);
      }));

    it('know when they were last written', () =>
      inDirectory(async (directory) => {
        await directory.write([5, 9], { isComplete: false });
        const nowMs = directory.world.now();
        await directory.world.sleep(500);
        const [segment] = await directory.recover();
        expect(segment?.writtenMs).to.be.within(nowMs - 10, nowMs);
      }));

    it('are removed if no record is whole, and leave those before them as they are', () =>
      inDirectory(async (directory) => {
        await directory.write([0, 5]);
        await directory.write([5, 6], { isComplete: false });
        directory.disk.cut('0000000000000005.log', recordBytes - tornBytes);
        expect(rangesOf(await directory.recover())).to.deep.equal([[0, 5]]);
        expect(directory.names).to.deep.equal([nameOf([0, 5])]);
      }));

    it('are removed if they are of another node', () =>
      inDirectory(async (directory) => {
        await directory.write([5, 6], { isComplete: false });
        expect(await directory.recover(crc32c(Buffer.from('tests/1')))).to.deep.equal([]);
        expect(directory.names).to.deep.equal([]);
      }));
  });
});
