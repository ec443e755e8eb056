import { unpackSnappy } from '@paxkv/kvserver/internal/storage/leveldb/snappy';
import { expect } from 'chai';

const unpacked = (...bytes: number[]) => unpackSnappy(Buffer.from(bytes)).toString('latin1');
const [a, b, c] = [0x61, 0x62, 0x63];

describe('Snappy', () => {
  it('copies literals of any length', () => {
    expect(unpacked(0)).to.equal('');
    expect(unpacked(3, 0x08, a, b, c)).to.equal('abc');
    const long = new Array<number>(300).fill(c);
    expect(unpacked(0xac, 2, 0xf4, 0x2b, 1, ...long)).to.equal('c'.repeat(300));
  });

  it('copies from earlier output, with each size of offset, also overlapping', () => {
    expect(unpacked(7, 0x08, a, b, c, 0x01, 3)).to.equal('abcabca');
    expect(unpacked(6, 0x08, a, b, c, 0x0a, 3, 0)).to.equal('abcabc');
    expect(unpacked(6, 0x08, a, b, c, 0x0b, 1, 0, 0, 0)).to.equal('abcccc');
  });

  it('refuses truncated input, wrong lengths and invalid offsets', () => {
    const wrongs = [
      [],
      [0x80],
      [3, 0x08, a, b],
      [2, 0x08, a, b, c],
      [4, 0x08, a, b, c],
      [7, 0x08, a, b, c, 0x01],
      [7, 0x08, a, b, c, 0x01, 0],
      [7, 0x08, a, b, c, 0x01, 4],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
    ];
    for (const wrong of wrongs) expect(() => unpacked(...wrong), `${wrong}`).to.throw(RangeError);
  });
});
