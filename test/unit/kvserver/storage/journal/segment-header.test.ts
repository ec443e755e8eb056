import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import {
  encodeHeader,
  headerBytesMax,
  headerBytesOf,
  isTornHeader,
  parseHeader,
  type SegmentHeader,
} from '@paxkv/kvserver/internal/storage/journal/segment-header';
import { expect } from 'chai';

describe('Header of a segment', () => {
  const header: SegmentHeader = {
    state: 'used',
    owner: 'clüster/3',
    sequence: 2 ** 40,
    firstIndex: 2 ** 47,
    previous: 0xfedcba98,
    size: 2 ** 33,
  };

  it('comes back as it was, whatever stands behind it', () => {
    for (const each of [header, { ...header, state: 'spare', owner: '' } as const]) {
      const bytes = encodeHeader(each);
      expect(bytes.length).to.equal(headerBytesOf(each.owner));
      expect(bytes.length % 8).to.equal(0);
      const start = Buffer.concat([bytes, Buffer.alloc(500, 0xff)]).subarray(0, headerBytesMax);
      expect(parseHeader(start)).to.deep.equal({
        type: 'valid',
        header: each,
        bytes: bytes.length,
      });
    }
  });

  it('is invalid with any bit flipped or any byte missing, also in the number of its format', () => {
    const bytes = encodeHeader(header);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const hurt = Buffer.from(bytes);
      hurt.writeUInt8(hurt.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(parseHeader(hurt).type, `bit ${bit}`).to.equal('invalid');
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parseHeader(bytes.subarray(0, length)).type).to.equal('invalid');
    }
    expect(parseHeader(Buffer.alloc(headerBytesMax)).type).to.equal('invalid');
  });

  it('is of a newer format if its number is higher and the rest is none of ours', () => {
    const bytes = encodeHeader(header);
    bytes.writeUInt32LE(7, 8);
    bytes.writeUInt8(9, 20);
    expect(parseHeader(bytes)).to.deep.equal({ type: 'newer', format: 7 });
  });

  it('has the bytes that journals on disk have', () => {
    const bytes = encodeHeader({
      ...{ state: 'used', owner: 'tests/0', sequence: 0x010203040506 },
      ...{ firstIndex: 0x111213141516, previous: 0x21222324, size: 0x313233343536 },
    });
    expect(bytes.toString('hex').match(/.{32}/g)).to.deep.equal([
      // PAXKVWAL, the format and the checksum.
      '5041584b5657414c01000000897dd198',
      // The bytes of the header and of the owner's name, the state, and the sequence.
      '40000700010000000605040302010000',
      // The index of the first fragment, and the size of the file.
      '16151413121100003635343332310000',
      // The checksum before the first fragment, and the owner's name.
      '242322210000000074657374732f3000',
    ]);
    expect(bytes.readUInt32LE(12)).to.equal(
      crc32c(Buffer.concat([bytes.subarray(0, 12), bytes.subarray(16)])),
    );
  });

  it('takes an owner whose name just fits, and none that is longer', () => {
    const longest = 'x'.repeat(headerBytesMax - 56);
    const bytes = encodeHeader({ ...header, owner: longest });
    expect(bytes.length).to.equal(headerBytesMax);
    expect(parseHeader(bytes)).to.have.nested.property('header.owner', longest);
    expect(() => encodeHeader({ ...header, owner: `${longest}x` })).to.throw(RangeError);
    expect([headerBytesOf(''), headerBytesOf('x'), headerBytesOf('x'.repeat(9))]).to.deep.equal([
      56, 64, 72,
    ]);
  });

  describe('that was torn when its segment began', () => {
    const spare = { owner: 'tests/0', sequence: 9, firstIndex: 0, previous: 0, size: 1024 };
    const old = encodeHeader({ ...spare, state: 'spare' });
    const used = encodeHeader({ ...spare, state: 'used', firstIndex: 2 ** 47, previous: 2 ** 31 });

    it('is one whose bytes are those of the spare or of the segment, in any mixture', () => {
      for (let cut = 0; cut <= used.length; cut += 1) {
        for (const [front, back] of [
          [used, old],
          [old, used],
        ] as const) {
          const mixed = Buffer.concat([front.subarray(0, cut), back.subarray(cut)]);
          expect(isTornHeader(mixed, spare), `${cut}`).to.equal(true);
          expect(isTornHeader(Buffer.concat([mixed, Buffer.alloc(9, 1)]), spare)).to.equal(true);
        }
      }
    });

    it('differs nowhere but where a segment that begins does', () => {
      const changing = new Set([12, 13, 14, 15, 20, 32, 33, 34, 35, 36, 37, 48, 49, 50, 51]);
      for (let at = 0; at < old.length; at += 1) {
        const hurt = Buffer.from(old);
        hurt.writeUInt8(hurt.readUInt8(at) ^ 0xff, at);
        expect(isTornHeader(hurt, spare), `byte ${at}`).to.equal(changing.has(at));
      }
    });

    it('is none that ends early, and none of another spare', () => {
      expect(isTornHeader(old.subarray(0, -1), spare)).to.equal(false);
      expect(isTornHeader(Buffer.alloc(0), spare)).to.equal(false);
      for (const other of [{ owner: 'tests/1' }, { sequence: 8 }, { size: 2048 }]) {
        expect(isTornHeader(old, { ...spare, ...other })).to.equal(false);
      }
    });
  });
});
