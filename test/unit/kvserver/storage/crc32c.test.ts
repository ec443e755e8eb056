import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import { copyToPages, pagedBytesMin } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf } from './scratch.ts';

/** Bit by bit, as the polynomial is defined. */
function crcByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

describe('CRC-32C', () => {
  it('has its known values', () => {
    expect(crc32c(bytesOf('123456789'))).to.equal(0xe3069283);
    expect(crc32c(new Uint8Array())).to.equal(0);
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).to.equal(0x62a8ab43);
  });

  it('is the same eight bytes a step as bit by bit, wherever the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, start) => {
        const part = bytes.subarray(Math.min(start, bytes.length));
        expect(crc32c(part)).to.equal(crcByBit(part));
      }),
    );
  });

  it('is the same for bytes in pages of their own, in which the last part may be short', () => {
    for (const more of [0, 1, 16 * 1024 - 1, 16 * 1024]) {
      const bytes = new Uint8Array(pagedBytesMin + more).map((_, index) => (index * index) >>> 5);
      expect(crc32c(copyToPages(bytes), 7)).to.equal(crc32c(bytes, 7));
    }
  });

  it('goes on from the checksum of what stands before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(50), (bytes, cut) => {
        expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).to.equal(crc32c(bytes));
      }),
    );
  });
});
