import {
  encodeHeader,
  headerBytesMax,
  headerBytesOf,
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

  it('takes no owner with a name that is too long', () => {
    expect(() => encodeHeader({ ...header, owner: 'x'.repeat(headerBytesMax) })).to.throw(
      RangeError,
    );
  });
});
