import { crc32 as crc32InNode } from 'node:zlib';
import { crc32 } from '@paxkv/playground/internal/build/browser/zlib';
import { expect } from 'chai';

describe('the checksum in a browser', () => {
  it('is that of Node, also continued', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 31) & 0xff);
    expect(crc32(bytes)).to.equal(crc32InNode(bytes));
    expect(crc32(bytes, 12345)).to.equal(crc32InNode(bytes, 12345));
    expect(crc32(new Uint8Array())).to.equal(0);
  });
});
