import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import {
  type FragmentHeader,
  fragmentHeaderBytes,
  sealFragment,
} from '@paxkv/kvserver/internal/storage/journal/fragment';
import { SegmentReader } from '@paxkv/kvserver/internal/storage/journal/segment-reader';
import { expect } from 'chai';
import { bytesOf } from '../scratch.ts';
import { flipBit } from './simulated-files.ts';

const seed = crc32c(bytesOf('tests/0'));
const bufferBytes = 256 * 1024;
const header: FragmentHeader = { kind: 2, part: 3, sequence: 5, index: 7, previous: 0x1234 };
const expected = { sequence: 5, index: 7, previous: 0x1234 };
const wanted = { sequence: 5 };

function sealed(change: Partial<FragmentHeader> = {}, payload = bytesOf('payload')): Buffer {
  return Buffer.concat(sealFragment({ ...header, ...change }, [payload], seed).pieces);
}

/** A segment in memory that counts how often it is read, and how much at once. */
class SegmentInMemory {
  readonly size: number;
  readonly content: Buffer;
  readCount = 0;
  /** The most bytes that one read asked for. */
  readBytesMax = 0;

  constructor(size: number, fragments: readonly (readonly [offset: number, bytes: Buffer])[]) {
    this.size = size;
    this.content = Buffer.alloc(size);
    for (const [offset, bytes] of fragments) bytes.copy(this.content, offset);
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    this.readCount += 1;
    this.readBytesMax = Math.max(this.readBytesMax, target.length);
    const source = this.content.subarray(position, position + target.length);
    target.set(source);
    return source.length;
  }

  get reader(): SegmentReader {
    return new SegmentReader(this, seed);
  }
}

describe('Reader of a segment', () => {
  it('gives back the fragment that belongs to a place of the chain', async () => {
    const segment = new SegmentInMemory(1024, [[64, sealed()]]);
    expect(await segment.reader.fragmentAt(64, expected)).to.deep.equal({
      ...{ type: 'fragment', kind: 2, part: 3, sequence: 5, index: 7 },
      ...{ checksum: sealed().readUInt32LE(0), offset: 64, bytes: 40 },
      payload: Buffer.from('payload'),
    });
  });

  it('says why there is none', async () => {
    const segment = new SegmentInMemory(1024, [
      [64, sealed()],
      [128, flipBit(sealed(), 300)],
    ]);
    const reasonAt = async (offset: number, change: Partial<typeof expected> = {}) => {
      const found = await segment.reader.fragmentAt(offset, { ...expected, ...change });
      return found.type === 'none' ? found.reason : 'found';
    };
    expect(await reasonAt(64)).to.equal('found');
    expect(await reasonAt(64, { sequence: 4 })).to.include('no record of this segment');
    expect(await reasonAt(64, { index: 8 })).to.include('does not follow');
    expect(await reasonAt(64, { previous: 0x1235 })).to.include('does not follow');
    expect(await reasonAt(128)).to.include('checksum');
    expect(await reasonAt(192)).to.include('no record of this segment');
    expect(await reasonAt(1024 - 32)).to.include('no record of this segment');
    expect(await reasonAt(1024 - 24)).to.include('the segment ends there');
  });

  it('reads a fragment up to the last byte of the segment, and none that claims to be longer', async () => {
    const bytes = sealed({}, new Uint8Array(40));
    const size = 64 + bytes.length;
    expect(await new SegmentInMemory(size, [[64, bytes]]).reader.intactAt(64)).to.include({
      bytes: bytes.length,
    });
    const shorter = new SegmentInMemory(size - 8, [[64, bytes.subarray(0, -8)]]);
    expect(await shorter.reader.intactAt(64)).to.equal(undefined);
    const empty = sealed({}, new Uint8Array());
    const last = new SegmentInMemory(64 + fragmentHeaderBytes, [[64, empty]]);
    expect(await last.reader.fragmentAt(64, expected)).to.include({ type: 'fragment', bytes: 32 });
  });

  it('makes no room for a fragment that claims to be longer than its segment', async () => {
    const long = sealed();
    long.writeUInt32LE(2 ** 31, 4);
    const segment = new SegmentInMemory(1024, [[64, long]]);
    expect(await segment.reader.fragmentAt(64, expected)).to.have.property('type', 'none');
    expect(await segment.reader.nextIntact(64, wanted)).to.equal(undefined);
    expect(segment.readBytesMax).to.be.at.most(1024);
  });

  it('reads nothing of a file that has become shorter', async () => {
    const segment = new SegmentInMemory(1024, [[64, sealed({}, new Uint8Array(100))]]);
    const { content } = segment;
    const read = async (target: Uint8Array, position: number) => {
      const source = content.subarray(0, 120).subarray(position, position + target.length);
      target.set(source);
      return source.length;
    };
    const reader = new SegmentReader({ size: 1024, read }, seed);
    expect(await reader.intactAt(64)).to.equal(undefined);
  });

  it('reads a fragment larger than its buffer, and what stands behind it', async () => {
    const large = sealed({}, new Uint8Array(bufferBytes + 100).fill(7));
    const next = sealed({ index: 8 });
    const segment = new SegmentInMemory(2 * bufferBytes, [
      [64, large],
      [64 + large.length, next],
    ]);
    const { reader } = segment;
    const found = await reader.intactAt(64);
    expect(found?.payload.equals(new Uint8Array(bufferBytes + 100).fill(7))).to.equal(true);
    expect(await reader.intactAt(64 + large.length)).to.include({ index: 8 });
  });

  it('reads fragments wherever its buffer ends, also backwards', async () => {
    const offsets = [64, bufferBytes - 32, bufferBytes + 40, 2 * bufferBytes - 16];
    const segment = new SegmentInMemory(
      3 * bufferBytes,
      offsets.map((offset, place) => [offset, sealed({ index: place + 1 })]),
    );
    const { reader } = segment;
    for (const place of [0, 1, 2, 3, 2, 1, 0, 3]) {
      expect(await reader.intactAt(offsets[place] ?? 0)).to.include({ index: place + 1 });
    }
  });

  it('reads small fragments of a buffer with one read', async () => {
    const segment = new SegmentInMemory(
      4000,
      Array.from({ length: 100 }, (_, place) => [40 * place, sealed({ index: place + 1 })]),
    );
    const { reader } = segment;
    for (let place = 0; place < 100; place += 1) {
      const found = await reader.fragmentAt(40 * place, { ...expected, index: place + 1 });
      expect(found.type).to.equal('fragment');
    }
    expect(segment.readCount).to.equal(1);
  });

  describe('that searches', () => {
    it('finds an intact fragment at every multiple of eight, and nowhere else', async () => {
      for (let at = 0; at < 64; at += 1) {
        const { reader } = new SegmentInMemory(256, [[64 + at, sealed()]]);
        const found = await reader.nextIntact(64, wanted);
        expect(found?.offset, `${at}`).to.equal(at % 8 === 0 ? 64 + at : undefined);
      }
    });

    it('begins where it is told', async () => {
      const { reader } = new SegmentInMemory(256, [
        [64, sealed()],
        [128, sealed({ index: 8 })],
      ]);
      expect(await reader.nextIntact(64, wanted)).to.include({ index: 7 });
      expect(await reader.nextIntact(72, wanted)).to.include({ index: 8 });
      expect(await reader.nextIntact(136, wanted)).to.equal(undefined);
    });

    it('finds the last one that fits, and nothing in a segment of zeros', async () => {
      const empty = sealed({}, new Uint8Array());
      const { reader } = new SegmentInMemory(256, [[256 - fragmentHeaderBytes, empty]]);
      expect(await reader.nextIntact(0, wanted)).to.include({ offset: 224 });
      expect(await new SegmentInMemory(256, []).reader.nextIntact(0, wanted)).to.equal(undefined);
      expect(await reader.nextIntact(224, wanted)).to.include({ offset: 224 });
      expect(await reader.nextIntact(232, wanted)).to.equal(undefined);
    });

    it('takes none of another segment, none of no kind and none that comes too late', async () => {
      const found = async (change: Partial<FragmentHeader>, indexMax?: number) => {
        const { reader } = new SegmentInMemory(256, [[96, sealed(change)]]);
        const limits = indexMax === undefined ? wanted : { ...wanted, indexMax };
        return (await reader.nextIntact(64, limits)) !== undefined;
      };
      expect(await found({})).to.equal(true);
      expect(await found({ kind: 1 })).to.equal(true);
      expect(await found({ kind: 0 })).to.equal(false);
      expect(await found({ sequence: 6 })).to.equal(false);
      expect(await found({}, 7)).to.equal(true);
      expect(await found({}, 6)).to.equal(false);
    });

    it('passes what only looks like a header, or is damaged', async () => {
      for (const bit of [8 * 4, 8 * 4 + 20, 8 * 14, 8 * 22, 8 * 30, 8 * 35]) {
        const { reader } = new SegmentInMemory(512, [
          [96, flipBit(sealed(), bit)],
          [200, sealed({ index: 9 })],
        ]);
        expect(await reader.nextIntact(64, wanted), `bit ${bit}`).to.include({ index: 9 });
      }
    });

    it('passes what looks like the beginning of a header at the end of the segment', async () => {
      const { reader } = new SegmentInMemory(256, [[256 - 24, sealed().subarray(0, 24)]]);
      expect(await reader.nextIntact(64, wanted)).to.equal(undefined);
    });

    it('reads each part of a segment once also where much of it looks like headers', async () => {
      const hurt = flipBit(sealed(), 8 * 35);
      const segment = new SegmentInMemory(
        3 * bufferBytes,
        Array.from({ length: 1000 }, (_, place) => [64 + 40 * place, hurt]),
      );
      expect(await segment.reader.nextIntact(64, wanted)).to.equal(undefined);
      expect(segment.readCount).to.be.at.most(4);
    });

    it('reads nothing for a header whose bytes that are always zero are not', async () => {
      for (const offset of [14, 15, 22, 23, 30, 31]) {
        const hurt = sealed({}, new Uint8Array(bufferBytes));
        hurt.writeUInt8(1, offset);
        const segment = new SegmentInMemory(2 * bufferBytes, [[64, hurt]]);
        expect(await segment.reader.nextIntact(64, wanted)).to.equal(undefined);
        expect(segment.readCount, `byte ${offset}`).to.be.at.most(3);
      }
    });

    it('reads each part of a segment once, and finds what stands across two parts', async () => {
      for (const at of [bufferBytes - 40, bufferBytes - 32, bufferBytes - 8, bufferBytes]) {
        const segment = new SegmentInMemory(3 * bufferBytes, [[64 + at, sealed()]]);
        expect(await segment.reader.nextIntact(64, wanted)).to.include({ offset: 64 + at });
        expect(segment.readCount).to.be.at.most(3);
      }
      const zeros = new SegmentInMemory(3 * bufferBytes, []);
      expect(await zeros.reader.nextIntact(0, wanted)).to.equal(undefined);
      expect(zeros.readCount).to.be.at.most(4);
      expect(zeros.readBytesMax).to.equal(bufferBytes);
    });
  });
});
