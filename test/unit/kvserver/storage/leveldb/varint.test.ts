import { readVarint } from '@paxkv/kvserver/internal/storage/leveldb/varint';
import { expect } from 'chai';

describe('Varint', () => {
  it('has seven bits in each byte, the lowest first', () => {
    for (const [bytes, value] of [
      [[0], 0],
      [[1], 1],
      [[0x7f], 127],
      [[0x80, 1], 128],
      [[0xff, 0x7f], 2 ** 14 - 1],
      [[0xac, 2], 300],
      [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], 2 ** 42],
      [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 2 ** 49 - 1],
    ] as const) {
      const found = readVarint(Buffer.from([9, ...bytes, 0x80]), 1);
      expect(found, `${bytes}`).to.deep.equal({ value, next: 1 + bytes.length });
    }
  });

  it('is refused when it is cut off or has more bytes than an exact number', () => {
    expect(() => readVarint(Buffer.of(), 0)).to.throw(RangeError);
    expect(() => readVarint(Buffer.of(0x80, 0x80), 0)).to.throw(RangeError);
    const long = Buffer.from([...new Array<number>(7).fill(0x80), 1]);
    expect(() => readVarint(long, 0)).to.throw(RangeError, 'too long');
  });
});
