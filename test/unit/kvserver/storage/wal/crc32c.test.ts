import { crc32c as crcByByte } from '@paxkv/kvserver/internal/storage/leveldb/leveldb-log';
import { crc32c } from '@paxkv/kvserver/internal/storage/wal/crc32c';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf } from '../scratch.ts';

describe('CRC-32C', () => {
  it('has its known values', () => {
    expect(crc32c(bytesOf('123456789'))).to.equal(0xe3069283);
    expect(crc32c(new Uint8Array())).to.equal(0);
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).to.equal(0x62a8ab43);
  });

  it('is the same eight bytes a step as byte by byte, wherever the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, start) => {
        const part = bytes.subarray(Math.min(start, bytes.length));
        expect(crc32c(part)).to.equal(crcByByte(part));
      }),
    );
  });

  it('goes on from the checksum of what stands before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(50), (bytes, cut) => {
        expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).to.equal(crc32c(bytes));
      }),
    );
  });
});
