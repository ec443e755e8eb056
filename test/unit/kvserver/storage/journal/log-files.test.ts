/** What each file of a log is taken for, by its name, its header and what stands behind it. */
import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import { sealFragment } from '@paxkv/kvserver/internal/storage/journal/fragment';
import {
  expectNotBegun,
  type LogFiles,
  openLogFiles,
} from '@paxkv/kvserver/internal/storage/journal/log-files';
import { segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import type { SegmentFile } from '@paxkv/kvserver/internal/storage/journal/segment-files';
import {
  encodeHeader,
  type SegmentHeader,
} from '@paxkv/kvserver/internal/storage/journal/segment-header';
import { expect } from 'chai';
import { refusalOf } from '../scratch.ts';
import { owner as name } from './log-on-disk.ts';
import { type DiskImage, flipBit, SimulatedFiles } from './simulated-files.ts';

const owner = { name, seed: crc32c(Buffer.from(name)) };
const size = 1024;
const headerBytes = 64;
const notInUse = 'its header says that it is not in use';
const noHeader = 'it does not begin with a header';

interface FileOptions extends Partial<SegmentHeader> {
  /** The sequence that the name says. */
  readonly named?: number;
  /** The bytes that the file really has. */
  readonly bytes?: number;
}

type NamedFile = readonly [name: string, content: Buffer];

/** A file with an intact header. */
function fileOf(options: FileOptions): NamedFile {
  const { named = 1, bytes = size } = options;
  const header = { firstIndex: 0, previous: 0, ...{ owner: name, size, sequence: named } };
  const content = Buffer.alloc(bytes);
  encodeHeader({ state: 'spare', ...header, ...options }).copy(content);
  return [segmentName(named), content];
}

function used(named: number, options: FileOptions = {}): NamedFile {
  return fileOf({ named, state: 'used', firstIndex: 10 * named, previous: named, ...options });
}

function spare(named: number, options: FileOptions = {}): NamedFile {
  return fileOf({ named, ...options });
}

/** A file of which nothing can be read. */
function blank(named: number, bytes = size): NamedFile {
  return [segmentName(named), Buffer.alloc(bytes)];
}

/** The same file with an intact fragment at `offset`. */
function withFragment(
  [file, content]: NamedFile,
  { sequence, offset = headerBytes }: { sequence: number; offset?: number },
): NamedFile {
  const header = { kind: 1, part: 3, sequence, index: 5, previous: 0 };
  const { pieces } = sealFragment(header, [Buffer.from('12345678')], owner.seed);
  Buffer.concat(pieces).copy(content, offset);
  return [file, content];
}

/** Counts the bytes that it is asked for. */
class ReadCountingFiles extends SimulatedFiles {
  readBytes = 0;

  override async open(name: string): Promise<SegmentFile> {
    const file = await super.open(name);
    return {
      ...file,
      read: (target, position) => {
        this.readBytes += target.length;
        return file.read(target, position);
      },
    };
  }
}

function changed([file, content]: NamedFile, change: (content: Buffer) => void): NamedFile {
  change(content);
  return [file, content];
}

async function open(...entries: readonly NamedFile[]): Promise<LogFiles> {
  return openLogFiles(new SimulatedFiles(new Map(entries)), owner);
}

/** The message of the refusal; whatever was opened must be closed again. */
async function damageOf(...entries: readonly NamedFile[]): Promise<string> {
  const image: DiskImage = new Map(entries);
  const files = new SimulatedFiles(image);
  const { code, message } = await refusalOf(openLogFiles(files, owner));
  expect(code).to.equal('DISK_JOURNAL_DAMAGED');
  expect(files.openCount).to.equal(0);
  return message;
}

function sequencesOf(files: LogFiles): readonly (readonly number[])[] {
  const { leftovers, segments, spares } = files;
  return [leftovers, segments, spares].map((each) => each.map(({ sequence }) => sequence));
}

describe('Files of a log', () => {
  it('are none in a directory without segments, whatever else is in it', async () => {
    const files = await open(['next.wal.new', Buffer.alloc(size)], ['lock', Buffer.alloc(0)]);
    expect(files).to.deep.equal({ leftovers: [], segments: [], spares: [] });
  });

  it('are leftovers, then segments in use, then spares, in the order of their names', async () => {
    const found = await open(spare(13), used(10), blank(7), used(11), spare(12), spare(9));
    expect(sequencesOf(found)).to.deep.equal([
      [7, 9],
      [10, 11],
      [12, 13],
    ]);
    expect(found.segments.map(({ firstIndex, previous }) => [firstIndex, previous])).to.deep.equal([
      [100, 10],
      [110, 11],
    ]);
    const all = [...found.leftovers, ...found.segments, ...found.spares];
    expect(all.map(({ file }) => file.place)).to.deep.equal(
      [7, 9, 10, 11, 12, 13].map(segmentName),
    );
  });

  it('are opened once each, and not modified', async () => {
    const files = new SimulatedFiles(new Map([blank(1), used(2), used(3), spare(4)]));
    const { stepCount } = files;
    await openLogFiles(files, owner);
    expect(files.openCount).to.equal(4);
    expect(files.stepCount).to.equal(stepCount);
  });

  it('are read no further than it takes to know what they are', async () => {
    const large = 1024 * 1024;
    const readOf = async (...entries: readonly NamedFile[]) => {
      const files = new ReadCountingFiles(new Map(entries));
      await openLogFiles(files, owner);
      return files.readBytes;
    };
    const options = { size: large, bytes: large };
    expect(await readOf(used(1, options))).to.equal(512);
    expect(await readOf(used(1, options), spare(2, options))).to.be.below(large / 2);
  });

  it('are all spares where none is in use, with gaps or without', async () => {
    expect(sequencesOf(await open(spare(3), spare(7)))).to.deep.equal([[], [], [3, 7]]);
  });

  it('are in use from the first one on whose header says so', async () => {
    expect(sequencesOf(await open(blank(1), used(2)))).to.deep.equal([[1], [2], []]);
    expect(sequencesOf(await open(blank(1), blank(3), used(7)))).to.deep.equal([[1, 3], [7], []]);
  });

  it('have the reason why leftovers are not in use', async () => {
    const { leftovers } = await open(blank(1), spare(2), used(5));
    expect(leftovers.map(({ reason }) => reason)).to.deep.equal([noHeader, notInUse]);
  });

  it('are read as far as they go', async () => {
    const { leftovers } = await open(blank(1, 0), blank(2, 20), used(5));
    expect(leftovers.map(({ reason }) => reason)).to.deep.equal([noHeader, noHeader]);
  });

  describe('are refused when', () => {
    it('a segment is missing between others', async () => {
      expect(await damageOf(used(2), used(4))).to.include(
        `segment 3: it is missing, and ${segmentName(4)} is present`,
      );
      expect(await damageOf(used(1), used(2), used(5))).to.include('segment 3: it is missing');
    });

    it('a spare does not come next', async () => {
      expect(await damageOf(used(1), spare(3))).to.include(
        `segment 2: it is missing, and ${segmentName(3)} is present`,
      );
      expect(await damageOf(used(1), used(2), spare(3), spare(5))).to.include(
        `segment 4: it is missing, and ${segmentName(5)} is present`,
      );
    });

    it('a file between two segments is not in use', async () => {
      for (const [between, reason] of [
        [spare(2), notInUse],
        [blank(2), noHeader],
        [changed(used(2), (bytes) => flipBit(bytes, 30 * 8)), 'the checksum of its header'],
      ] as const) {
        const message = await damageOf(used(1), between, used(3));
        expect(message).to.include(`${segmentName(2)}: ${reason}`);
      }
    });

    it('one is named as another, in use or not, wherever it stands', async () => {
      for (const other of [used(3, { sequence: 2 }), spare(3, { sequence: 2 })]) {
        expect(await damageOf(used(2), other)).to.include(
          `${segmentName(3)}: it is segment 2, not 3`,
        );
      }
      const other = used(3, { sequence: 9 });
      for (const others of [[used(4)], [used(2)], [used(2), used(4)]]) {
        expect(await damageOf(other, ...others)).to.include(
          `${segmentName(3)}: it is segment 9, not 3`,
        );
      }
    });

    it('one belongs to another node, wherever it stands', async () => {
      const reason = 'it belongs to node tests/1, not tests/0';
      const foreign = { owner: 'tests/1' };
      expect(await damageOf(spare(1, foreign), used(2))).to.include(reason);
      expect(await damageOf(used(1), used(2, foreign))).to.include(`${segmentName(2)}: ${reason}`);
      expect(await damageOf(used(1), spare(2, foreign))).to.include(reason);
    });

    it('one has another size than it was made with', async () => {
      const reason = `it has 1016 bytes, and was made with ${size}`;
      for (const each of [used(1, { bytes: 1016 }), spare(1, { bytes: 1016 })]) {
        expect(await damageOf(each)).to.include(`${segmentName(1)}: ${reason}`);
      }
    });

    it('one has a format of a newer version', async () => {
      const newer = changed(used(2), (bytes) => bytes.writeUInt32LE(2, 8));
      newer[1].writeUInt32LE(0, 12);
      const files = new SimulatedFiles(new Map([used(1), newer]));
      const { code, message } = await refusalOf(openLogFiles(files, owner));
      expect(code).to.equal('DISK_NEWER_FORMAT');
      expect(message).to.include(`${segmentName(2)} has format 2`);
      expect(files.openCount).to.equal(0);
    });
  });

  describe('that are spares', () => {
    /** The header of a segment that was begun, as a crash in the middle of its write may leave it. */
    const torn = () => changed(spare(2), (bytes) => bytes.fill(0xff, 32, 38));

    it('have no defect while the header is intact, or was being written', async () => {
      for (const each of [spare(2), torn()]) {
        const { spares } = await open(used(1), each);
        expect(spares.map(({ defect }) => defect)).to.deep.equal([undefined]);
      }
    });

    it('have a defect where a header is damaged that nobody was writing', async () => {
      const damaged = changed(spare(2), (bytes) => flipBit(bytes, 60 * 8));
      const { spares } = await open(used(1), damaged, blank(3));
      expect(spares.map(({ defect }) => defect)).to.deep.equal([
        'the checksum of its header does not match',
        noHeader,
      ]);
    });

    it('have no record of their own behind an intact header', async () => {
      const message = await damageOf(used(1), withFragment(spare(2), { sequence: 2 }));
      expect(message).to.include(`${segmentName(2)}: ${notInUse}, and fragment 5 behind it is`);
    });

    it('have no record of their own anywhere behind a damaged header', async () => {
      for (const hurt of [blank(2), torn()]) {
        for (const offset of [headerBytes, headerBytes + 8, 512, size - 40]) {
          const message = await damageOf(used(1), withFragment(hurt, { sequence: 2, offset }));
          expect(message).to.include('and fragment 5 behind it is intact');
        }
      }
    });

    it('may have records of a former use behind them', async () => {
      for (const each of [spare(2), torn(), blank(2)]) {
        const { spares } = await open(used(1), withFragment(each, { sequence: 1 }));
        expect(spares).to.have.length(1);
      }
    });

    it('must be intact once the segment before them is full', async () => {
      const { segments, spares } = await open(used(1), torn(), blank(3));
      const [last] = segments;
      if (last === undefined) throw new Error('there is no segment');
      const check = (room: number, found = spares) =>
        expectNotBegun(found, last, { offset: size - 32 - room, nextIndex: 9, previous: 0 });
      expect(() => check(8)).to.not.throw();
      for (const room of [7, 0, -8, -32]) {
        expect(() => check(room)).to.throw(`${segmentName(3)}: ${noHeader}`);
        expect(() => check(room, spares.slice(0, -1))).to.not.throw();
      }
    });
  });
});
