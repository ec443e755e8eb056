import type { SegmentFile } from '@paxkv/kvserver/internal/storage/index';
import {
  roomBehind,
  segmentName,
  sequenceOf,
  unfinishedName,
} from '@paxkv/kvserver/internal/storage/journal/segment';
import { expect } from 'chai';
import { SimulatedFiles } from './simulated-files.ts';

describe('Segment of a log', () => {
  it('has a name that sorts as its sequence does, and gives it back', () => {
    const sequences = [1, 2, 9, 10, 99, 123_456, 2 ** 47];
    const names = sequences.map(segmentName);
    expect(names[0]).to.equal('0000000000000001.wal');
    expect(names.toSorted()).to.deep.equal(names);
    expect(names.map(sequenceOf)).to.deep.equal(sequences);
  });

  it('has no other name', () => {
    for (const name of [
      unfinishedName,
      segmentName(0),
      segmentName(-1),
      '1.wal',
      '00000000000000001.wal',
      '0000000000000001',
      '0000000000000001.wal.old',
      '0000000000000001.WAL',
      '000000000000000x.wal',
      'lock',
      '',
    ]) {
      expect(sequenceOf(name), name).to.equal(undefined);
    }
    expect(unfinishedName).to.equal('next.wal.new');
  });

  describe('has room for', () => {
    let file: SegmentFile;
    before(async () => {
      file = await new SimulatedFiles().create('a', 1024);
    });
    const roomAt = (offset: number) =>
      roomBehind(
        { offset, nextIndex: 1, previous: 0 },
        { sequence: 1, file, firstIndex: 1, previous: 0 },
      );

    it('what its last bytes can hold behind the header of a fragment', () => {
      expect(roomAt(64)).to.equal(1024 - 64 - 32);
      expect(roomAt(1024 - 40)).to.equal(8);
    });

    it('a fragment of nothing where just a header fits, and for none behind that', () => {
      expect(roomAt(1024 - 32)).to.equal(0);
      expect(roomAt(1024 - 24)).to.equal(-8);
      expect(roomAt(1024)).to.equal(-32);
    });

    it('whole multiples of eight bytes, which padding needs', async () => {
      file = await new SimulatedFiles().create('a', 1023);
      expect(roomAt(960)).to.equal(24);
    });
  });
});
