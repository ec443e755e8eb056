/** What is written again of a log that was read, byte by byte. */
import type { SegmentFile } from '@paxkv/kvserver/internal/storage/index';
import { type Segment, segmentName } from '@paxkv/kvserver/internal/storage/journal/segment';
import { rewriteTail } from '@paxkv/kvserver/internal/storage/journal/tail';
import { expect } from 'chai';
import { contentsOf } from './log-on-disk.ts';
import { type DiskImage, SimulatedFiles } from './simulated-files.ts';

/** A write: the segment, and the bytes from and to. */
type Range = readonly [sequence: number, from: number, to: number];

interface Rewriting {
  readonly sizes: readonly number[];
  readonly from: { readonly sequence: number; readonly offset: number };
  readonly endOffset: number;
}

/** Every write that `rewriteTail` makes; each must leave the bytes as they are. */
async function rangesOf({ sizes, from, endOffset }: Rewriting): Promise<readonly Range[]> {
  const image: DiskImage = new Map(
    sizes.map((size, place) => [segmentName(place + 1), patternOf(size, place)]),
  );
  const files = new SimulatedFiles(image);
  const ranges: Range[] = [];
  const segments: Segment[] = [];
  for (const sequence of Array.from(sizes, (_, place) => place + 1)) {
    const file = noting(await files.open(segmentName(sequence)), sequence, ranges);
    segments.push({ sequence, file, firstIndex: sequence, previous: 0 });
  }
  await rewriteTail(segments, from, { offset: endOffset, nextIndex: 9, previous: 0 });
  expect(contentsOf(files.image())).to.deep.equal(contentsOf(image));
  return ranges;
}

function patternOf(size: number, place: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * 31 + place * 7) % 251));
}

function noting(file: SegmentFile, sequence: number, ranges: Range[]): SegmentFile {
  return {
    ...file,
    write: (pieces, position) => {
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      ranges.push([sequence, position, position + length]);
      return file.write(pieces, position);
    },
  };
}

describe('Tail of a log that was read', () => {
  it('is its last record, with the header of its segment, which is in doubt with the first record', async () => {
    const ranges = await rangesOf({
      sizes: [1024, 1024],
      from: { sequence: 2, offset: 64 },
      endOffset: 200,
    });
    expect(ranges).to.deep.equal([
      [2, 64, 200],
      [2, 0, 64],
    ]);
  });

  it('has no more of what stands before the record than a header can take', async () => {
    const ranges = await rangesOf({
      sizes: [2048],
      from: { sequence: 1, offset: 1024 },
      endOffset: 1100,
    });
    expect(ranges).to.deep.equal([
      [1, 1024, 1100],
      [1, 0, 512],
    ]);
  });

  it('is the header alone in a log without records', async () => {
    const ranges = await rangesOf({
      sizes: [1024],
      from: { sequence: 1, offset: 64 },
      endOffset: 64,
    });
    expect(ranges).to.deep.equal([[1, 0, 64]]);
  });

  it('goes from the record to the end of the log, through whole segments between, and no further', async () => {
    const ranges = await rangesOf({
      sizes: [1024, 1024, 1024, 1024],
      from: { sequence: 2, offset: 800 },
      endOffset: 300,
    });
    expect(ranges).to.deep.equal([
      [2, 800, 1024],
      [3, 0, 1024],
      [4, 0, 300],
    ]);
  });

  it('is written in parts of 256 KiB, one behind the other', async () => {
    const part = 256 * 1024;
    const ranges = await rangesOf({
      sizes: [3 * part],
      from: { sequence: 1, offset: 64 },
      endOffset: 64 + 2 * part + 8,
    });
    expect(ranges).to.deep.equal([
      [1, 64, 64 + part],
      [1, 64 + part, 64 + 2 * part],
      [1, 64 + 2 * part, 64 + 2 * part + 8],
      [1, 0, 64],
    ]);
  });

  it('ends where the file ends, though the log should be longer', async () => {
    const ranges = await rangesOf({
      sizes: [1024],
      from: { sequence: 1, offset: 1000 },
      endOffset: 1100,
    });
    expect(ranges).to.deep.equal([
      [1, 1000, 1024],
      [1, 0, 512],
    ]);
  });
});
